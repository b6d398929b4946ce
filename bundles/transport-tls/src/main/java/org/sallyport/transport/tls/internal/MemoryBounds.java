// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.util.internal.PlatformDependent;
import org.sallyport.transport.tls.internal.mux.ProcessMemory;
import org.sallyport.transport.tls.internal.mux.WindowLimits;

/**
 * What tunnels may hold.
 *
 * @param windows of the streams of one tunnel that begins now
 * @param process all of them together
 */
record MemoryBounds(WindowLimits windows, ProcessMemory process) {
    /** Part of the memory outside of the heap that may be held for streams. */
    private static final int PART = 4;

    /** {@return what holds where nothing else is configured: for the process a quarter of the memory outside of the heap} */
    static MemoryBounds standard() {
        return new MemoryBounds(WindowLimits.STANDARD, new ProcessMemory(PlatformDependent.maxDirectMemory() / PART));
    }
}
