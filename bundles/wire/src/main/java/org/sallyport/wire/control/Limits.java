// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

/**
 * What the server lets one tunnel do.
 *
 * @param streams most streams that may be open at once; 0: no limit of its own
 * @param earlyBytes most payload bytes of one stream before OPENED
 */
public record Limits(long streams, long earlyBytes) {

    /** No limit of streams, 32 KiB of early payload. */
    public static final Limits DEFAULT = new Limits(0, 32_768);

    public Limits {
        Check.atLeast(0, streams, "streams");
        Check.atLeast(0, earlyBytes, "early");
    }

    static Limits read(Fields fields) throws ControlViolation {
        return new Limits(fields.numberOr("streams", DEFAULT.streams), fields.numberOr("early", DEFAULT.earlyBytes));
    }

    void write(MapWriter map) {
        map.numberUnless(DEFAULT.streams, "streams", streams).numberUnless(DEFAULT.earlyBytes, "early", earlyBytes);
    }
}
