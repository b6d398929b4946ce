// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

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
import org.sallyport.wire.TunnelProtocol;

/** Properties of control messages, over random ones; a failure names its seed. */
class ControlPropertyTest {

    private static final int LIMIT = TunnelProtocol.MAX_CLIENT_MESSAGE;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final RandomMessages messages = new RandomMessages(random);
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

    @AfterEach
    void everythingIsReleased() {
        assertThat(used()).as("bytes held after the test, seed %d", seed).isZero();
    }

    @RepeatedTest(200)
    void whatIsWrittenIsReadWhateverTheChunks() throws Exception {
        List<ControlMessage> written = new ArrayList<>();
        ByteBuf out = allocator.heapBuffer();
        ControlEncoder encoder = new ControlEncoder(LIMIT);
        for (int left = 1 + random.nextInt(10); left > 0; left--) {
            ControlMessage message = random.nextBoolean() ? messages.fromClient() : messages.fromServer();
            written.add(message);
            encoder.write(message, out);
        }
        byte[] bytes = ByteBufUtil.getBytes(out);
        out.release();

        List<ControlMessage> read = new ArrayList<>();
        try (ControlDecoder decoder = new ControlDecoder(LIMIT)) {
            for (ByteBuf chunk : Chunks.of(bytes, random, allocator)) {
                for (ControlMessage message; (message = decoder.next(chunk)) != null; ) {
                    read.add(message);
                }
                assertThat(chunk.isReadable()).isFalse();
                chunk.release();
            }
        }
        assertThat(read).as("seed %d", seed).isEqualTo(written);
    }

    @RepeatedTest(200)
    void openAndOpenedEndBeforeThePayload() throws Exception {
        Open open = messages.open();
        Opened opened = messages.opened();
        ByteBuf out = allocator.heapBuffer();
        StreamMessages.write(open, out);
        StreamMessages.write(opened, out);
        out.writeByte(42);
        byte[] bytes = ByteBufUtil.getBytes(out);
        out.release();

        Open readOpen = null;
        Opened readOpened = null;
        try (StreamMessages.Reader<Open> opens = StreamMessages.openReader();
                StreamMessages.Reader<Opened> openeds = StreamMessages.openedReader()) {
            for (ByteBuf chunk : Chunks.of(bytes, random, allocator)) {
                if (readOpen == null) {
                    readOpen = opens.next(chunk);
                }
                if (readOpen != null && readOpened == null) {
                    readOpened = openeds.next(chunk);
                }
                if (readOpened != null && chunk.isReadable()) {
                    assertThat(chunk.readableBytes()).as("seed %d", seed).isEqualTo(1);
                    assertThat(chunk.readByte()).isEqualTo((byte) 42);
                }
                chunk.release();
            }
        }
        assertThat(readOpen).as("seed %d", seed).isEqualTo(open);
        assertThat(readOpened).as("seed %d", seed).isEqualTo(opened);
    }

    @RepeatedTest(1000)
    void damagedInputIsReadOrIsAViolationAndNeverHoldsMoreThanTheLimit() throws Exception {
        ByteBuf out = allocator.heapBuffer();
        new ControlEncoder(LIMIT).write(random.nextBoolean() ? messages.fromClient() : messages.fromServer(), out);
        byte[] bytes = ByteBufUtil.getBytes(out);
        out.release();
        for (int damage = random.nextInt(4); damage >= 0; damage--) {
            int at = random.nextInt(bytes.length);
            bytes[at] = (byte) (random.nextBoolean() ? random.nextInt() : bytes[at] ^ 1 << random.nextInt(8));
        }
        readAll(bytes);
    }

    @RepeatedTest(1000)
    void noiseIsReadOrIsAViolationAndNeverHoldsMoreThanTheLimit() {
        byte[] bytes = new byte[4 + random.nextInt(500)];
        random.nextBytes(bytes);
        bytes[0] = 0;
        bytes[1] = 0;
        if (random.nextBoolean()) {
            int length = bytes.length - 4;
            bytes[2] = (byte) (length >> 8);
            bytes[3] = (byte) length;
        }
        if (bytes.length > 4 && random.nextBoolean()) {
            bytes[4] = (byte) (0xa0 | random.nextInt(5));
        }
        readAll(bytes);
    }

    private void readAll(byte[] bytes) {
        List<ByteBuf> chunks = Chunks.of(bytes, random, allocator);
        long before = used();
        try (ControlDecoder decoder = new ControlDecoder(LIMIT)) {
            for (ByteBuf chunk : chunks) {
                for (ControlMessage message; (message = decoder.next(chunk)) != null; ) {
                    assertThat(message).isNotNull();
                }
                assertThat(used() - before)
                        .as("bytes held between chunks, seed %d", seed)
                        .isLessThanOrEqualTo(Math.max(1024, 2L * bytes.length))
                        .isLessThanOrEqualTo(LIMIT);
            }
        } catch (ControlViolation expected) {
            assertThat(expected.getMessage()).isNotBlank();
        } catch (RuntimeException unexpected) {
            fail("seed " + seed + ": " + HexFormat.of().formatHex(bytes), unexpected);
        }
        chunks.forEach(ByteBuf::release);
    }

    private long used() {
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }
}
