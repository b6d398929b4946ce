// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;

/** Where an attachment stands. The last two are final. */
sealed interface AttachmentState {
    /** {@return the word that commands show} */
    String word();

    /** {@return why it is not attached and what comes next; empty when attached} */
    String cause();

    /** {@return whether nothing comes after this} */
    default boolean ended() {
        return false;
    }

    /**
     * Not tried now.
     *
     * @param cause what failed, or what is missing
     * @param delay until the next try; null: it comes when what is missing comes
     */
    record Waiting(String cause, @Nullable Duration delay) implements AttachmentState {
        @Override
        public String word() {
            return "connecting";
        }

        @Override
        public String cause() {
            // the delay that was chosen, not what is left of it: a state is a value
            return delay == null ? cause : cause + "; tried again after " + seconds(delay);
        }

        private static String seconds(Duration delay) {
            return Math.max(1, Math.round(delay.toMillis() / 1000.0)) + " s";
        }
    }

    /** The tunnel is being made. */
    record Connecting(HostPort server) implements AttachmentState {
        @Override
        public String word() {
            return "connecting";
        }

        @Override
        public String cause() {
            return "connecting to " + server;
        }
    }

    /** The tunnel is up; the server's answer, or the configuration's application, is awaited. */
    record Attaching(HostPort server) implements AttachmentState {
        @Override
        public String word() {
            return "connecting";
        }

        @Override
        public String cause() {
            return "attaching at " + server;
        }
    }

    /** It carries streams. */
    record Attached(ClientId client) implements AttachmentState {
        @Override
        public String word() {
            return "attached";
        }

        @Override
        public String cause() {
            return "";
        }
    }

    /** The server refused it for good, or the tries are used up. */
    record Refused(String code, String text) implements AttachmentState {
        @Override
        public String word() {
            return "refused";
        }

        @Override
        public String cause() {
            return code + ": " + text;
        }

        @Override
        public boolean ended() {
            return true;
        }
    }

    /** It was ended by an operator of this end. */
    record Left(String cause) implements AttachmentState {
        @Override
        public String word() {
            return "detached";
        }

        @Override
        public boolean ended() {
            return true;
        }
    }
}
