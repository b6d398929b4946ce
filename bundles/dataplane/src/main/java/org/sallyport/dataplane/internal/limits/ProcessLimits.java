// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

/**
 * What all gateways of this process share (PROTOCOL.md, profile).
 *
 * @param earlyBytes payload that was sent before the answer to an open and is kept to be sent again
 * @param dials opens that are held, resolved or dialled at the egress; each gateway has its {@link Share}
 * @param waiting connections that wait at the ingress for a client; each destination has its {@link Share}
 */
public record ProcessLimits(Allowance earlyBytes, Allowance dials, Allowance waiting) {
    private static final long EARLY_BYTES = 16L << 20;
    /** So that a gateway that is alone has 1,024. */
    private static final long DIALS = 2048;

    /** So that a destination that is alone has 4,096. */
    private static final long WAITING = 8192;

    /** {@return the limits that hold in production, nothing taken} */
    public static ProcessLimits standard() {
        return new ProcessLimits(new Allowance(EARLY_BYTES), new Allowance(DIALS), new Allowance(WAITING));
    }
}
