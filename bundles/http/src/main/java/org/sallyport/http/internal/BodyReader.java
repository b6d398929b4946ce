// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import org.sallyport.http.HttpLimits;

/** Finds the end of a body (RFC 9112, 6.3). */
final class BodyReader {
    private enum Mode {
        NONE,
        LENGTH,
        CHUNKED,
        UNTIL_END
    }

    private final ChunkReader chunks;
    private Mode mode = Mode.NONE;
    private long left;

    BodyReader(HttpLimits limits) {
        chunks = new ChunkReader(limits);
    }

    /** There is none. */
    void none() {
        mode = Mode.NONE;
    }

    /** It has so many bytes. */
    void length(long bytes) {
        mode = Mode.LENGTH;
        left = bytes;
    }

    /** It has chunks, of any size in all. */
    void chunked() {
        chunked(Long.MAX_VALUE);
    }

    /** It has chunks, of so many bytes in all at most; more are 413. */
    void chunked(long most) {
        mode = Mode.CHUNKED;
        chunks.begin(most);
    }

    /** It ends with the connection. */
    void untilEnd() {
        mode = Mode.UNTIL_END;
    }

    boolean isUntilEnd() {
        return mode == Mode.UNTIL_END;
    }

    boolean isDone() {
        return switch (mode) {
            case NONE -> true;
            case LENGTH -> left == 0;
            case CHUNKED -> chunks.isDone();
            case UNTIL_END -> false;
        };
    }

    /**
     * Moves the reader index over what belongs to the body.
     *
     * @param in not released
     * @throws HttpFault when what is there is no body of its kind; nothing of the buffer is to be used then
     */
    void read(ByteBuf in) throws HttpFault {
        switch (mode) {
            case NONE -> {
                // nothing belongs to it
            }
            case LENGTH -> {
                int taken = (int) Math.min(left, in.readableBytes());
                left -= taken;
                in.skipBytes(taken);
            }
            case CHUNKED -> chunks.read(in);
            case UNTIL_END -> in.skipBytes(in.readableBytes());
        }
    }
}
