// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import org.sallyport.wire.TunnelProtocol;

/**
 * How far the windows of streams may grow. A window is what a peer may send on one stream before its reader has taken it.
 *
 * @param most bytes that a single window may be
 * @param tunnel bytes that all windows of a tunnel may have beyond what streams begin with; each stream that grows has an
 *     equal share of it
 */
public record WindowLimits(int most, long tunnel) {
    /** What holds where nothing else is configured. */
    public static final WindowLimits STANDARD = new WindowLimits(32 << 20, 64L << 20);

    public WindowLimits {
        if (most < TunnelProtocol.AGREED_WINDOW) {
            throw new IllegalArgumentException("a window of at most " + most + " bytes; expected at least "
                    + TunnelProtocol.AGREED_WINDOW + ", with which streams begin");
        }
        if (tunnel < 0) {
            throw new IllegalArgumentException("windows that grow by " + tunnel + " bytes; expected 0 or more");
        }
    }
}
