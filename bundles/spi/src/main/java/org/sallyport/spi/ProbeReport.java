// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import java.util.List;

/**
 * What came of trying a destination at one end.
 *
 * @param reply what an open would have been answered
 * @param steps in their order, up to the first that failed; {@value #MAX_STEPS} at most. None where there is nothing to tell
 */
public record ProbeReport(OpenReply reply, List<ProbeStep> steps) {
    /** Most steps. */
    public static final int MAX_STEPS = 24;

    public ProbeReport {
        steps = List.copyOf(steps);
        if (steps.size() > MAX_STEPS) {
            throw new IllegalArgumentException(steps.size() + " steps; expected at most " + MAX_STEPS);
        }
    }

    /** {@return a report of an end that can tell no more than the answer} */
    public static ProbeReport of(OpenReply reply) {
        return new ProbeReport(reply, List.of());
    }
}
