// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

/** How a stream is reset. */
public enum ResetMode {
    /** The local socket ended with a reset: what was written before is sent first, for 5 s at most. */
    IN_ORDER,
    /** A limit, a deadline or a policy: at once, what is queued is discarded. */
    ABORT
}
