// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameReaderTest {

    private final RecordingListener listener = new RecordingListener();

    @Test
    void readsEachTypeOfFrame() throws Exception {
        read(
                FrameReader.ofClient(),
                "00 00 0001 00000001 00000003 616263"
                        + "00 01 0001 00000003 00040000"
                        + "00 02 0001 00000000 0000002a"
                        + "00 02 0002 00000000 0000002b"
                        + "00 00 0004 00000001 00000000"
                        + "00 03 0000 00000000 00000001");

        assertThat(listener.events)
                .containsExactly(
                        "data 1 flags 1 length 3",
                        "end 1 flags 1 payload 616263",
                        "window 3 flags 1 credit 262144",
                        "ping 42",
                        "pong 43",
                        "data 1 flags 4 length 0",
                        "end 1 flags 4 payload ",
                        "away PROTOCOL_ERROR");
    }

    @Test
    void lengthsAndIdsAreUnsigned() throws Exception {
        FrameReader reader = FrameReader.ofClient();
        read(reader, "00 01 0001 7fffffff 00000000 00 01 0001 ffffffff ffffffff");

        assertThat(listener.events)
                .containsExactly("window 2147483647 flags 1 credit 0", "window 4294967295 flags 1 credit 4294967295");
        assertThat(Integer.toUnsignedString(reader.lastPeerStream())).isEqualTo("4294967295");
    }

    @Test
    void framesThatAreNotWantedAreSkippedToTheirEnd() throws Exception {
        listener.wantData(false);
        read(FrameReader.ofServer(), "00 00 0001 00000002 00000003 616263 00 02 0001 00000000 00000001");

        assertThat(listener.events).containsExactly("data 2 flags 1 length 3", "ping 1");
    }

    @Test
    void aGoAwayWithAnUnknownCodeIsRead() throws Exception {
        read(FrameReader.ofServer(), "00 03 0000 00000000 deadbeef");

        assertThat(listener.events).containsExactly("away UNKNOWN");
    }

    @Test
    void aStreamViolationIsPassedOnAndReadingGoesOn() throws Exception {
        FrameListener picky = new ForwardingListener(listener) {
            @Override
            public boolean onData(int streamId, int flags, long length) throws FrameViolation {
                throw FrameViolation.stream(streamId, StreamErrorCode.FLOW_CONTROL, "too much");
            }
        };
        ByteBuf in = bytes("00 00 0001 00000001 00000003 616263 00 02 0001 00000000 00000007");
        FrameReader.ofClient().read(in, picky);
        in.release();

        assertThat(listener.events).containsExactly("violation 1 FLOW_CONTROL", "ping 7");
    }

    @Test
    void afterAViolationOfTheConnectionEverythingIsDropped() throws Exception {
        FrameReader reader = FrameReader.ofClient();
        ByteBuf in = bytes("01 00 0001 00000001 00000003 00 02 0001 00000000 00000007");
        assertThatThrownBy(() -> reader.read(in, listener)).isInstanceOf(FrameViolation.OfConnection.class);
        assertThat(in.isReadable()).isFalse();
        in.release();
        read(reader, "00 02 0001 00000000 00000007");

        assertThat(listener.events).isEmpty();
    }

    @Test
    void whatIsLeftWhenTheListenerHasEnoughIsDropped() throws Exception {
        FrameReader reader = FrameReader.ofClient();
        FrameListener satisfied = new ForwardingListener(listener) {
            @Override
            public void onPing(boolean answer, int opaque) throws FrameViolation {
                super.onPing(answer, opaque);
                reader.end();
            }
        };
        ByteBuf in = bytes("00 02 0001 00000000 00000007 00 02 0001 00000000 00000008 00");
        reader.read(in, satisfied);
        assertThat(in.isReadable()).isFalse();
        in.release();
        read(reader, "00 02 0001 00000000 00000009");

        assertThat(listener.events).containsExactly("ping 7");
    }

    @Test
    void tellsWhetherItIsInsideAFrame() throws Exception {
        FrameReader reader = FrameReader.ofClient();
        assertThat(reader.isInsideFrame()).isFalse();
        read(reader, "00 00");
        assertThat(reader.isInsideFrame()).isTrue();
        read(reader, "0001 00000001 00000003 61");
        assertThat(reader.isInsideFrame()).isTrue();
        read(reader, "6263");
        assertThat(reader.isInsideFrame()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "01 00 0000 00000001 00000000, begins with version 1; expected 0",
        "48 54 5450 2f312e31 0d0a0d0a, begins with version 72; expected 0",
        "00 04 0000 00000001 00000000, has type 4; expected 0 to 3",
        "00 00 0001 00000000 00000000, is for stream 0",
        "00 01 0001 00000000 00000000, is for stream 0",
        "00 00 0011 00000001 00000000, has flags 0x11",
        "00 01 0003 00000001 00000000, has flags 0x3",
        "00 02 0001 00000001 00000000, PING frame is for stream 1; expected stream 0",
        "00 02 0000 00000000 00000000, PING frame has flags 0x0",
        "00 02 0003 00000000 00000000, PING frame has flags 0x3",
        "00 03 0000 00000001 00000000, GO_AWAY frame is for stream 1",
        "00 03 0001 00000000 00000000, GO_AWAY frame has flags 0x1",
        "00 00 0001 00000002 00000000, 'stream 2, which is of the IDs of this end'",
        "00 00 0000 00000001 00000000, 'stream 1, which the peer has never opened'",
        "00 01 0008 ffffffff 00000000, 'stream 4294967295, which the peer has never opened'"
    })
    void refusesWhatNoCorrectClientSends(String hex, String message) {
        assertThatThrownBy(() -> read(FrameReader.ofClient(), hex))
                .isInstanceOf(FrameViolation.OfConnection.class)
                .hasMessageContaining(message)
                .satisfies(violation -> assertThat(((FrameViolation.OfConnection) violation).code())
                        .isEqualTo(GoAwayCode.PROTOCOL_ERROR));
        assertThat(listener.events).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "00000005, 00000005",
        "ffffffff, 00000001",
        "00000801, 00000001",
        "80000801, 7fffffff",
    })
    void refusesIdsThatAreUsedTwiceOrComeFarTooLate(String first, String second) {
        assertThatThrownBy(() -> read(
                        FrameReader.ofClient(),
                        "00 01 0001 " + first + " 00000000" + "00 01 0001 " + second + " 00000000"))
                .hasMessageContaining("for the second time, or far too late: the highest was "
                        + Integer.toUnsignedString(Integer.parseUnsignedInt(first, 16)));
    }

    @ParameterizedTest
    @CsvSource({"00000005, 00000003", "000007ff, 00000001", "80000001, 7fffffff", "ffffffff, fffffffd"})
    void anIdThatWasSkippedMayComeLateOnce(String first, String second) throws Exception {
        FrameReader reader = FrameReader.ofClient();
        read(reader, "00 01 0001 " + first + " 00000000");
        read(reader, "00 01 0001 " + second + " 00000000");
        assertThat(listener.events).hasSize(2);
        assertThatThrownBy(() -> read(reader, "00 01 0001 " + second + " 00000000"))
                .hasMessageContaining("for the second time");
    }

    @Test
    void aFrameForAnIdThatWasSkippedIsRefused() {
        assertThatThrownBy(
                        () -> read(FrameReader.ofClient(), "00 01 0001 00000005 00000000 00 01 0000 00000003 00000000"))
                .hasMessageContaining("stream 3, which the peer has never opened");
    }

    @Test
    void aServerOpensEvenStreamsOnly() {
        assertThatThrownBy(() -> read(FrameReader.ofServer(), "00 01 0001 00000003 00000000"))
                .hasMessageContaining("stream 3, which is of the IDs of this end");
    }

    private void read(FrameReader reader, String hex) throws FrameViolation {
        ByteBuf in = bytes(hex);
        try {
            reader.read(in, listener);
            assertThat(in.isReadable()).isFalse();
        } finally {
            assertThat(in.refCnt()).isEqualTo(1);
            in.release();
        }
    }

    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
