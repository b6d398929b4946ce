// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/**
 * What is true of a destination now, apart from the operator's wish. Each state but {@link Listening} carries its
 * cause in words that an operator can act on.
 */
public sealed interface State {
    /** {@return the word that commands and REST show} */
    String word();

    /** {@return why, in one sentence; empty when there is nothing to say} */
    String cause();

    /**
     * Applications can connect.
     *
     * @param address where the ingress end listens
     * @param cause a remark, for example that a rule is missing; mostly empty
     */
    record Listening(HostPort address, String cause) implements State {
        @Override
        public String word() {
            return "listening";
        }
    }

    /** Something has to come first: a client, a protocol bundle. */
    record Waiting(String cause) implements State {
        @Override
        public String word() {
            return "waiting";
        }
    }

    /** Something is wrong: a port is taken, a certificate has expired, a client lacks a feature. */
    record Failed(String cause) implements State {
        @Override
        public String word() {
            return "failed";
        }
    }

    /** An access rule forbids it. */
    record Blocked(String cause) implements State {
        @Override
        public String word() {
            return "blocked";
        }
    }

    /** The operator does not want it, or the gateway is disabled. */
    record Disabled(String cause) implements State {
        @Override
        public String word() {
            return "disabled";
        }
    }
}
