// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.sallyport.wire.frame.FrameListener;
import org.sallyport.wire.frame.FrameReader;
import org.sallyport.wire.frame.FrameViolation;
import org.sallyport.wire.frame.GoAwayCode;
import org.sallyport.wire.frame.StreamErrorCode;

/**
 * Any bytes in pieces of any size: the reader says of them what it says of the same bytes in one piece, hands out each byte
 * of payload once, and has no other end than a violation.
 */
class FrameReaderFuzzTest {
    @FuzzTest(maxDuration = Effort.DURATION)
    void piecesAreReadLikeTheWhole(FuzzedDataProvider data) {
        boolean ofClient = data.consumeBoolean();
        int refused = data.consumeByte();
        List<Integer> cuts = new ArrayList<>();
        for (int left = data.consumeByte() & 15; left > 0; left--) {
            cuts.add((int) data.consumeByte() & 0xff);
        }
        byte[] bytes = data.consumeRemainingAsBytes();

        Notes whole = new Notes(ofClient, refused);
        whole.read(bytes, List.of());
        Notes pieces = new Notes(ofClient, refused);
        pieces.read(bytes, cuts);

        assertEquals(whole.said, pieces.said);
        assertEquals(whole.reader.isInsideFrame(), pieces.reader.isInsideFrame());
        assertEquals(whole.reader.lastPeerStream(), pieces.reader.lastPeerStream());
    }

    /** A listener that refuses some frames in each way, and writes down the rest. */
    private static final class Notes implements FrameListener {
        final FrameReader reader;
        final List<String> said = new ArrayList<>();
        private final int refused;
        private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
        private final StringBuilder payload = new StringBuilder();
        private long expected;

        Notes(boolean ofClient, int refused) {
            reader = ofClient ? FrameReader.ofClient() : FrameReader.ofServer();
            this.refused = refused;
        }

        void read(byte[] bytes, List<Integer> cuts) {
            int from = 0;
            try {
                for (int cut : cuts) {
                    int to = Math.min(bytes.length, from + cut);
                    readPiece(bytes, from, to);
                    from = to;
                }
                readPiece(bytes, from, bytes.length);
            } catch (FrameViolation.OfConnection end) {
                said.add("end " + end.code() + " " + end.getMessage());
                drops(bytes);
            }
            if (!payload.isEmpty()) {
                said.add("unfinished " + payload);
            }
            assertEquals(0, memory.metric().usedDirectMemory(), "payload was not released");
        }

        private void readPiece(byte[] bytes, int from, int to) throws FrameViolation.OfConnection {
            ByteBuf piece = memory.directBuffer(Math.max(1, to - from)).writeBytes(bytes, from, to - from);
            try {
                reader.read(piece, this);
                assertEquals(0, piece.readableBytes(), "bytes were left over");
            } finally {
                assertEquals(1, piece.refCnt());
                piece.release();
            }
        }

        private void drops(byte[] bytes) {
            int before = said.size();
            try {
                readPiece(bytes, 0, bytes.length);
            } catch (FrameViolation.OfConnection again) {
                throw new AssertionError("a reader that is broken read on", again);
            }
            assertEquals(before, said.size(), "a reader that is broken spoke");
        }

        /** Some streams offend, by their ID. */
        private void judge(int streamId) throws FrameViolation {
            if ((streamId & 0xf8) == (refused & 0xf8)) {
                if ((refused & 7) == 7) {
                    throw FrameViolation.connection(GoAwayCode.INTERNAL_ERROR, "of the listener");
                }
                throw FrameViolation.stream(streamId, StreamErrorCode.CLOSED, "of the listener");
            }
        }

        @Override
        public boolean onData(int streamId, int flags, long length) throws FrameViolation {
            assertTrue(payload.isEmpty(), "a frame began in another");
            said.add("data " + streamId + " " + flags + " " + length);
            expected = length;
            judge(streamId);
            return (streamId & 2) == 0 || flags != 0;
        }

        @Override
        public void onPayload(ByteBuf part) {
            assertTrue(part.isReadable(), "empty payload");
            expected -= part.readableBytes();
            assertTrue(expected >= 0, "more payload than was announced");
            payload.append(ByteBufUtil.hexDump(part));
            part.release();
        }

        @Override
        public void onDataEnd(int streamId, int flags) throws FrameViolation {
            assertEquals(0, expected, "less payload than was announced");
            said.add("payload " + payload + " " + streamId + " " + flags);
            payload.setLength(0);
            judge(streamId ^ 0x80);
        }

        @Override
        public void onWindowUpdate(int streamId, int flags, long credit) throws FrameViolation {
            said.add("window " + streamId + " " + flags + " " + credit);
            judge(streamId);
        }

        @Override
        public void onPing(boolean answer, int opaque) {
            said.add("ping " + answer + " " + opaque);
        }

        @Override
        public void onGoAway(GoAwayCode code) {
            said.add("goaway " + code);
        }

        @Override
        public void onStreamViolation(FrameViolation.OfStream violation) {
            said.add("offence " + violation.streamId() + " " + violation.code());
        }
    }
}
