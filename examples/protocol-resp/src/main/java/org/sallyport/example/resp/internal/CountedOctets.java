// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import io.netty.buffer.ByteBuf;

/** A value whose number of bytes stood before it, and the CR LF behind it: passed over, in as many buffers as it comes in. */
final class CountedOctets {
    private int count;
    private long left;

    /** A value of so many bytes follows. */
    void begin(int bytes) {
        count = bytes;
        left = bytes + 2L;
    }

    /**
     * Passes over what is there.
     *
     * @param in has a byte at least
     * @return whether that was the end of it
     * @throws RespFault if no CR LF follows
     */
    boolean passOver(ByteBuf in) throws RespFault {
        int skipped = (int) Math.min(left - 2, in.readableBytes());
        if (skipped > 0) {
            in.skipBytes(skipped);
            left -= skipped;
        } else if (in.readByte() != (left == 2 ? '\r' : '\n')) {
            throw new RespFault("expected CR LF after " + count + " bytes");
        } else {
            left--;
        }
        return left == 0;
    }
}
