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
     * @param byPath whether single requests may be allowed by their paths although whole connections are not
     */
    record Denied(Source source, String reason, boolean byPath) implements Verdict {
        /** Nothing of it may. */
        public Denied(Source source, String reason) {
            this(source, reason, false);
        }

        /** {@return the same with the word {@code GATEWAY} of a command replaced by a gateway's ID} */
        public Denied at(GatewayId gateway) {
            // a list of rules does not know whose it is; hosts are lower case, so nothing else of a rule can match
            return new Denied(
                    source,
                    reason.replace("acl:allow GATEWAY ", "acl:allow " + gateway + " ")
                            .replace("acl:remove GATEWAY ", "acl:remove " + gateway + " "),
                    byPath);
        }
    }

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
