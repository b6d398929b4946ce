// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/** Whether something may be dialled, and by which rule, in words for the operator. */
public sealed interface Verdict {
    /** {@return whether it may} */
    default boolean allowed() {
        return this instanceof Allowed;
    }

    /** It may. */
    record Allowed(String rule) implements Verdict {}

    /**
     * It may not.
     *
     * @param source which list said so
     * @param reason the rule, or its absence, and what would allow it; one sentence
     */
    record Denied(Source source, String reason) implements Verdict {}

    /** Which list refused. */
    enum Source {
        /** The gateway's ACL: every client of the gateway refuses alike. */
        ACL,
        /** The local ceiling of one client: another client may allow it. */
        CEILING,
        /** The server's egress policy. */
        POLICY
    }
}
