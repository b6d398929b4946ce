// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;
import org.sallyport.api.ProxyAddress;

/**
 * An outbound proxy, and how one logs in there. The two belong together, so that credentials reach no other proxy.
 *
 * @param address where it is
 * @param login where its credentials come from
 */
public record OutboundProxy(ProxyAddress address, Login login) {
    /** Where credentials come from. Asked for each connection, so that they may change at any time. */
    @ConsumerType
    @FunctionalInterface
    public interface Login {
        /**
         * Reads the credentials; may block.
         *
         * @return the credentials as they are now, null for none
         * @throws IOException if they cannot be read; the message is for an operator and holds nothing of them
         */
        @Nullable
        Credentials read() throws IOException;
    }

    /**
     * What one logs in with. Not shown by {@link #toString()}.
     *
     * @param user whose
     * @param password the password, may be empty
     */
    public record Credentials(String user, String password) {
        @Override
        public String toString() {
            return "credentials";
        }
    }
}
