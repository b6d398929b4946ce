// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
@SuppressWarnings("FutureReturnValueIgnored") // what came of a write is looked at
final class DatagramCodecTest {
    private static final int HEADROOM = 12;
    private final EmbeddedChannel channel = new EmbeddedChannel(new DatagramCodec(HEADROOM));

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
    }

    private String sent() {
        ByteBuf out = channel.readOutbound();
        try {
            return ByteBufUtil.hexDump(out);
        } finally {
            out.release();
        }
    }

    private String came() {
        ByteBuf in = channel.readInbound();
        if (in == null) {
            return "nothing";
        }
        try {
            return ByteBufUtil.hexDump(in);
        } finally {
            in.release();
        }
    }

    @Test
    void severalLeaveInOneBufferWithTheirLengthsAndRoomForAFrameHeader() {
        channel.write(bytes("0102"));
        channel.write(bytes(""));
        channel.write(bytes("03"));
        assertThat(channel.<ByteBuf>readOutbound()).as("before the flush").isNull();
        channel.flush();

        ByteBuf out = channel.readOutbound();
        assertThat(out.readerIndex()).isEqualTo(HEADROOM);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("0002" + "0102" + "0000" + "0001" + "03");
        out.release();
        assertThat(channel.<ByteBuf>readOutbound()).isNull();
    }

    @Test
    void theLargestLeavesWholeAndOneThatIsLargerDoesNot() {
        channel.writeOutbound(Unpooled.wrappedBuffer(new byte[65_507]));
        assertThat(sent()).hasSize(2 * (2 + 65_507)).startsWith("ffe300");

        var refused = channel.writeOneOutbound(Unpooled.wrappedBuffer(new byte[65_508]));
        assertThat(refused.isDone()).isTrue();
        assertThat(refused.cause()).hasMessage("a datagram of 65508 bytes: expected 65507 at most");
        channel.flushOutbound();
        assertThat(channel.<ByteBuf>readOutbound()).isNull();
    }

    @Test
    void oneThatIsTooLargeEndsNothingWhenNobodyWaitsForIt() {
        channel.write(Unpooled.wrappedBuffer(new byte[65_508]), channel.voidPromise());
        channel.flush();
        channel.checkException();
        assertThat(channel.<ByteBuf>readOutbound()).isNull();
    }

    @Test
    void manyLeaveInBuffersThatAreNotTooLarge() {
        for (int i = 0; i < 100; i++) {
            channel.write(Unpooled.wrappedBuffer(new byte[1_400]));
        }
        channel.flush();

        int all = 0;
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            assertThat(out.readableBytes()).isLessThanOrEqualTo(64 * 1024);
            all += out.readableBytes();
            out.release();
        }
        assertThat(all).isEqualTo(100 * 1_402);
    }

    @Test
    void whatComesInPiecesOfAnySizeIsPutTogether() {
        String framed = "0002" + "0102" + "0000" + "0003" + "030405" + "0001" + "06";
        for (int piece = 1; piece <= framed.length() / 2; piece++) {
            for (int at = 0; at < framed.length(); at += 2 * piece) {
                channel.writeInbound(bytes(framed.substring(at, Math.min(framed.length(), at + 2 * piece))));
            }
            assertThat(came()).isEqualTo("0102");
            assertThat(came()).isEmpty();
            assertThat(came()).isEqualTo("030405");
            assertThat(came()).isEqualTo("06");
            assertThat(came()).isEqualTo("nothing");
        }
    }

    @Test
    void aLengthThatIsTooLargeIsToldOnceAndNothingIsReadAfterIt() {
        assertThatThrownBy(() -> channel.writeInbound(bytes("0001" + "aa" + "ffe4" + "0000")))
                .isInstanceOf(DatagramCodec.BrokenFramingException.class)
                .hasMessage("the other end sent a datagram of 65508 bytes: expected 65507 at most");
        assertThat(came()).isEqualTo("aa");
        channel.writeInbound(bytes("0001" + "bb"));
        assertThat(came()).isEqualTo("nothing");
    }

    @Test
    void whatIsHalfThereIsReleasedWithTheStream() {
        channel.write(bytes("0102"));
        channel.writeInbound(bytes("0010" + "0102"));

        channel.pipeline().remove(DatagramCodec.class);

        assertThat(came()).isEqualTo("nothing");
        assertThat(channel.<ByteBuf>readOutbound()).isNull();
    }
}
