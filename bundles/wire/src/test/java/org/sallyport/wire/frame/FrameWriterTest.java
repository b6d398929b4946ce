// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FrameWriterTest {

    static Stream<ByteBufAllocator> allocators() {
        return Stream.of(
                PooledByteBufAllocator.DEFAULT, new AdaptiveByteBufAllocator(), new UnpooledByteBufAllocator(true));
    }

    @Test
    void headersAreTheBytesOfTheSpecification() {
        ByteBuf out = Unpooled.buffer();
        FrameWriter.data(out, 1, Frame.SYN, 5);
        FrameWriter.windowUpdate(out, 0xfffffffe, Frame.ACK, 0xffffffff);
        FrameWriter.ping(out, false, 7);
        FrameWriter.ping(out, true, 7);
        FrameWriter.goAway(out, GoAwayCode.INTERNAL_ERROR);

        assertThat(ByteBufUtil.hexDump(out))
                .isEqualTo("000000010000000100000005"
                        + "00010002fffffffeffffffff"
                        + "000200010000000000000007"
                        + "000200020000000000000007"
                        + "000300000000000000000002");
        out.release();
    }

    @Test
    void anUnknownGoAwayCodeIsNotWritten() {
        assertThatThrownBy(() -> FrameWriter.goAway(Unpooled.buffer(), GoAwayCode.UNKNOWN))
                .hasMessageContaining("UNKNOWN");
    }

    @ParameterizedTest
    @MethodSource("allocators")
    void aHeaderGoesIntoTheRoomBeforeThePayload(ByteBufAllocator allocator) {
        ByteBuf buffer = withHeadroom(allocator);
        assertThat(FrameWriter.ownsHeadroom(buffer, allocator)).isTrue();

        FrameWriter.prependData(buffer, 3, Frame.FIN);

        assertThat(ByteBufUtil.hexDump(buffer)).isEqualTo("000000040000000300000003616263");
        buffer.release();
    }

    @ParameterizedTest
    @MethodSource("allocators")
    void headroomThatSomebodyElseCanSeeIsLeftAlone(ByteBufAllocator allocator) {
        ByteBuf buffer = withHeadroom(allocator);
        ByteBuf other = buffer.retainedSlice(0, 4);
        assertThat(FrameWriter.ownsHeadroom(buffer, allocator)).isFalse();
        other.release();
        assertThat(FrameWriter.ownsHeadroom(buffer, allocator)).isTrue();

        ByteBuf copy = buffer.retainedDuplicate();
        assertThat(FrameWriter.ownsHeadroom(copy, allocator)).isFalse();
        copy.release();
        assertThat(FrameWriter.ownsHeadroom(buffer.asReadOnly(), allocator)).isFalse();
        buffer.release();
    }

    @ParameterizedTest
    @MethodSource("allocators")
    void buffersWithoutRoomOrOfAnotherMakerAreLeftAlone(ByteBufAllocator allocator) {
        ByteBuf small = allocator.directBuffer().writeZero(20).readerIndex(11);
        assertThat(FrameWriter.ownsHeadroom(small, allocator)).isFalse();
        small.release();

        ByteBuf heap = allocator.heapBuffer().writeZero(20).readerIndex(12);
        assertThat(FrameWriter.ownsHeadroom(heap, allocator)).isFalse();
        heap.release();

        ByteBuf composite = allocator
                .compositeDirectBuffer()
                .addComponent(true, allocator.directBuffer().writeZero(20))
                .readerIndex(12);
        assertThat(FrameWriter.ownsHeadroom(composite, allocator)).isFalse();
        composite.release();

        ByteBuf foreign = Unpooled.directBuffer().writeZero(20).readerIndex(12);
        assertThat(FrameWriter.ownsHeadroom(foreign, allocator)).isFalse();
        foreign.release();
    }

    private static ByteBuf withHeadroom(ByteBufAllocator allocator) {
        return allocator
                .directBuffer()
                .writeZero(Frame.HEADER_LENGTH)
                .readerIndex(Frame.HEADER_LENGTH)
                .writeBytes(new byte[] {'a', 'b', 'c'});
    }
}
