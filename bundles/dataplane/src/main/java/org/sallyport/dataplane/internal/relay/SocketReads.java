// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dataplane.internal.limits.ByteRate;

/**
 * Buffers for reads from one socket whose bytes go to a stream. They begin with room for the stream's frame header, grow to
 * {@value #MOST} bytes while reads fill them, shrink when they don't, and are never larger than what the stream may still
 * send, so that a stalled peer costs its window and not more. On the socket's event loop.
 *
 * <p>It is allocator and handle in one, because each connection has its own. The handle is an extended one: the native
 * transports insist on that.
 */
final class SocketReads implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
    static final int LEAST = 4 * 1024;
    static final int MOST = 128 * 1024;

    /** Reads smaller than this are not worth their frame; so little more than the credit is kept in the stream. */
    private static final int WORTHWHILE = 2 * 1024;

    private static final int READS_IN_A_BURST = 4;
    private static final int SMALL_READS_BEFORE_SHRINKING = 4;

    private final ByteRate rate;
    private @Nullable StreamEnd stream;
    private int bound = MOST;
    private int size = LEAST;
    private int smallReads;
    private int reads;
    private int attempted;
    private int last;

    /**
     * @param rate which bounds the bytes
     */
    SocketReads(ByteRate rate) {
        this.rate = rate;
    }

    /** The stream that takes the bytes from now on. */
    void feed(StreamEnd taker) {
        stream = taker;
        bound = MOST;
    }

    /** Nobody takes the bytes until {@link #feed} is called again. */
    void rest() {
        stream = null;
    }

    /**
     * Bounds single reads, while what is read has to be kept.
     *
     * @param bytes at most so many at once, 1 at least
     */
    void bound(int bytes) {
        bound = bytes;
    }

    @Override
    @SuppressWarnings("deprecation") // Netty asks for the handle by its old name
    public Handle newHandle() {
        return this;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        int room = Math.min(size, Math.min(bound, rate.turn()));
        int headroom = 0;
        StreamEnd taker = stream;
        if (taker != null) {
            headroom = taker.headroom();
            int credit = taker.credit();
            // Without credit there is no reading, unless the platform reads a closed or reset socket to its end: then
            // the
            // bytes wait in the stream, and tiny buffers would only make many of them.
            if (credit > 0) {
                room = Math.min(room, Math.max(credit, WORTHWHILE));
            }
        }
        ByteBuf buffer = allocator.directBuffer(headroom + room, headroom + room);
        return buffer.setIndex(headroom, headroom);
    }

    @Override
    public int guess() {
        return size;
    }

    @Override
    public void reset(ChannelConfig config) {
        reads = 0;
    }

    @Override
    public void incMessagesRead(int count) {
        reads += count;
    }

    @Override
    public void lastBytesRead(int bytes) {
        last = bytes;
        if (bytes == attempted && bytes > 0) {
            smallReads = 0;
            if (bytes >= size) {
                size = Math.min(MOST, size * 4);
            }
        } else if (bytes < size / 4 && size > LEAST) {
            smallReads++;
            if (smallReads >= SMALL_READS_BEFORE_SHRINKING) {
                smallReads = 0;
                size = Math.max(LEAST, size / 2);
            }
        } else {
            smallReads = 0;
        }
    }

    @Override
    public int lastBytesRead() {
        return last;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
        attempted = bytes;
    }

    @Override
    public int attemptedBytesRead() {
        return attempted;
    }

    @Override
    public boolean continueReading() {
        StreamEnd taker = stream;
        return last == attempted
                && last > 0
                && reads < READS_IN_A_BURST
                && taker != null
                && taker.writable()
                && !rate.isLimited();
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier more) {
        return continueReading();
    }

    @Override
    public void readComplete() {
        // nothing is kept from burst to burst but the size
    }
}
