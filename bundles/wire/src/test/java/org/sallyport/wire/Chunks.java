// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Cuts bytes the way a network does: anywhere. */
public final class Chunks {

    private Chunks() {}

    /** Buffers of their own that together hold the bytes; most small, some large. */
    public static List<ByteBuf> of(byte[] bytes, Random random, ByteBufAllocator allocator) {
        List<ByteBuf> chunks = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int bound = random.nextInt(4) == 0 ? bytes.length : 20;
            int length = Math.min(bytes.length - at, 1 + random.nextInt(bound));
            chunks.add(allocator.directBuffer(length).writeBytes(bytes, at, length));
            at += length;
        }
        return chunks;
    }
}
