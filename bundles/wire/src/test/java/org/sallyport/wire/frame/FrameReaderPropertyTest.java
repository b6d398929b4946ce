// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.sallyport.wire.Chunks;

/** Properties of reading, over random input; a failure names its seed. */
class FrameReaderPropertyTest {

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

    @AfterEach
    void everythingIsReleased() {
        assertThat(allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory())
                .as("bytes held after the test, seed %d", seed)
                .isZero();
    }

    @RepeatedTest(200)
    void whatIsWrittenIsReadWhateverTheChunks() throws Exception {
        List<String> expected = new ArrayList<>();
        byte[] bytes = randomFrames(expected);
        RecordingListener listener = new RecordingListener();
        FrameReader reader = FrameReader.ofClient();

        for (ByteBuf chunk : Chunks.of(bytes, random, allocator)) {
            reader.read(chunk, listener);
            chunk.release();
        }

        assertThat(listener.events).as("seed %d", seed).isEqualTo(expected);
        assertThat(reader.isInsideFrame()).as("seed %d", seed).isFalse();
    }

    @RepeatedTest(500)
    void damagedInputEndsInAViolationOrIsReadAndAllocatesNothing() {
        byte[] bytes = randomFrames(new ArrayList<>());
        for (int damage = random.nextInt(4); damage >= 0; damage--) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        readAll(bytes);
    }

    @RepeatedTest(500)
    void noiseEndsInAViolationOrIsReadAndAllocatesNothing() {
        byte[] bytes = new byte[random.nextInt(2000)];
        random.nextBytes(bytes);
        if (bytes.length > 2 && random.nextBoolean()) {
            bytes[0] = 0;
            bytes[1] = (byte) random.nextInt(4);
        }
        readAll(bytes);
    }

    private void readAll(byte[] bytes) {
        FrameReader reader = FrameReader.ofClient();
        RecordingListener listener = new RecordingListener();
        List<ByteBuf> chunks = Chunks.of(bytes, random, allocator);
        long before = allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
        boolean broken = false;
        for (ByteBuf chunk : chunks) {
            try {
                reader.read(chunk, listener);
                assertThat(chunk.isReadable()).isFalse();
            } catch (FrameViolation.OfConnection violation) {
                assertThat(broken).as("a second violation, seed %d", seed).isFalse();
                broken = true;
            } catch (RuntimeException unexpected) {
                fail("seed " + seed + ": " + HexFormat.of().formatHex(bytes), unexpected);
            }
        }
        assertThat(allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory())
                .as("allocated by reading, seed %d", seed)
                .isEqualTo(before);
        chunks.forEach(ByteBuf::release);
    }

    private byte[] randomFrames(List<String> expected) {
        ByteBuf out = allocator.heapBuffer();
        int lastId = -1;
        for (int frame = 1 + random.nextInt(40); frame > 0; frame--) {
            int flags = List.of(0, Frame.ACK, Frame.FIN, Frame.RST, Frame.ACK | Frame.FIN)
                    .get(random.nextInt(5));
            boolean opens = lastId < 0 || random.nextInt(3) == 0;
            if (opens) {
                lastId += 2 * (1 + random.nextInt(3));
                flags = Frame.SYN | (flags & Frame.FIN);
            }
            int id = opens || random.nextBoolean() ? lastId : 2 * (1 + random.nextInt(100));
            switch (random.nextInt(opens ? 2 : 5)) {
                case 0 -> {
                    byte[] payload = new byte[random.nextInt(3) == 0 ? 0 : random.nextInt(300)];
                    random.nextBytes(payload);
                    FrameWriter.data(out, id, flags, payload.length);
                    out.writeBytes(payload);
                    expected.add("data " + id + " flags " + flags + " length " + payload.length);
                    expected.add("end " + id + " flags " + flags + " payload "
                            + HexFormat.of().formatHex(payload));
                }
                case 1 -> {
                    int credit = random.nextInt();
                    FrameWriter.windowUpdate(out, id, flags, credit);
                    expected.add("window " + id + " flags " + flags + " credit " + Integer.toUnsignedString(credit));
                }
                case 2 -> {
                    boolean answer = random.nextBoolean();
                    int opaque = random.nextInt();
                    FrameWriter.ping(out, answer, opaque);
                    expected.add((answer ? "pong " : "ping ") + opaque);
                }
                case 3 -> {
                    FrameWriter.goAway(out, GoAwayCode.NORMAL);
                    expected.add("away NORMAL");
                }
                default -> {
                    byte[] payload = new byte[1 + random.nextInt(100)];
                    random.nextBytes(payload);
                    ByteBuf framed = allocator.directBuffer().writeZero(Frame.HEADER_LENGTH);
                    framed.readerIndex(Frame.HEADER_LENGTH).writeBytes(payload);
                    FrameWriter.prependData(framed, id, flags);
                    out.writeBytes(framed);
                    framed.release();
                    expected.add("data " + id + " flags " + flags + " length " + payload.length);
                    expected.add("end " + id + " flags " + flags + " payload "
                            + HexFormat.of().formatHex(payload));
                }
            }
        }
        byte[] bytes = ByteBufUtil.getBytes(out);
        out.release();
        return bytes;
    }
}
