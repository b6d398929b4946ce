// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.ControlDecoder;
import org.sallyport.wire.control.ControlEncoder;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.ControlViolation;
import org.sallyport.wire.control.Open;
import org.sallyport.wire.control.Opened;
import org.sallyport.wire.control.StreamMessages;

/**
 * Any bytes in pieces of any size: what a decoder makes of them can be sent and is the same when it is read again, what it
 * cannot read is a violation and nothing else, and it holds little more than what arrived.
 */
class ControlDecoderFuzzTest {
    private static final int FIRST_ROOM = 1024;

    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);

    /** Reads one message, or nothing yet. */
    private interface Reading extends AutoCloseable {
        @Nullable
        Object next(ByteBuf in) throws ControlViolation;

        @Override
        void close();
    }

    @FuzzTest(maxDuration = Effort.DURATION)
    void whatIsReadCanBeSentAndReadAgain(FuzzedDataProvider data) {
        int kind = data.consumeByte() & 3;
        List<Integer> cuts = new ArrayList<>();
        for (int left = data.consumeByte() & 15; left > 0; left--) {
            cuts.add((int) data.consumeByte() & 0xff);
        }
        byte[] bytes = data.consumeRemainingAsBytes();

        List<String> whole = read(kind, bytes, List.of());
        List<String> pieces = read(kind, bytes, cuts);

        assertEquals(whole, pieces);
    }

    private static Reading reading(int kind) {
        if (kind < 2) {
            ControlDecoder decoder = new ControlDecoder(
                    kind == 0 ? TunnelProtocol.MAX_CLIENT_MESSAGE : TunnelProtocol.MAX_SERVER_MESSAGE);
            return new Reading() {
                @Override
                public @Nullable Object next(ByteBuf in) throws ControlViolation {
                    return decoder.next(in);
                }

                @Override
                public void close() {
                    decoder.close();
                }
            };
        }
        StreamMessages.Reader<?> reader = kind == 2 ? StreamMessages.openReader() : StreamMessages.openedReader();
        return new Reading() {
            @Override
            public @Nullable Object next(ByteBuf in) throws ControlViolation {
                return reader.next(in);
            }

            @Override
            public void close() {
                reader.close();
            }
        };
    }

    private List<String> read(int kind, byte[] bytes, List<Integer> cuts) {
        List<String> read = new ArrayList<>();
        int from = 0;
        try (Reading reading = reading(kind)) {
            for (int piece = 0;
                    piece <= cuts.size() && read.stream().noneMatch(each -> each.startsWith("end"));
                    piece++) {
                int to = piece < cuts.size() ? Math.min(bytes.length, from + cuts.get(piece)) : bytes.length;
                read(reading, kind, bytes, from, to, read);
                from = to;
                assertTrue(memory.metric().usedHeapMemory() <= FIRST_ROOM + 2L * to, "more is held than arrived");
                assertEquals(0, memory.metric().usedDirectMemory());
            }
        }
        assertEquals(0, memory.metric().usedHeapMemory(), "what was held is not released");
        return read;
    }

    private void read(Reading reading, int kind, byte[] bytes, int from, int to, List<String> read) {
        ByteBuf in = memory.directBuffer(Math.max(1, to - from)).writeBytes(bytes, from, to - from);
        try {
            Object message = reading.next(in);
            while (message != null) {
                read.add(message.toString());
                assertSentTheSame(kind, message);
                if (kind >= 2) {
                    read.add("end: one message only");
                    return;
                }
                message = reading.next(in);
            }
            assertEquals(0, in.readableBytes(), "bytes were left over");
        } catch (ControlViolation violation) {
            assertNotNull(violation.getMessage());
            read.add("end: " + violation.getMessage());
        } finally {
            assertEquals(1, in.refCnt());
            in.release();
        }
    }

    private void assertSentTheSame(int kind, Object message) {
        ByteBuf out = memory.heapBuffer();
        try (Reading again = reading(kind == 0 ? 1 : kind)) {
            if (message instanceof ControlMessage control) {
                new ControlEncoder(TunnelProtocol.MAX_SERVER_MESSAGE).write(control, out);
            } else if (message instanceof Open open) {
                StreamMessages.write(open, out);
            } else {
                StreamMessages.write((Opened) message, out);
            }
            assertEquals(message, again.next(out));
        } catch (ControlViolation violation) {
            throw new AssertionError("cannot be sent or read again: " + message, violation);
        } finally {
            out.release();
        }
    }
}
