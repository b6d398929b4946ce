// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.health;

import org.osgi.annotation.versioning.ConsumerType;

/** One line of {@code health}, registered as a service. */
@ConsumerType
public interface HealthCheck {
    /** {@return what is checked, a word or two in small letters, unique within the instance} */
    String name();

    /** {@return how it is now; quick: what has to be asked for is waited for a second at most} */
    Health check();

    /**
     * How something is.
     *
     * @param healthy whether it does its job
     * @param text figures, or what is wrong and what to do; one line
     */
    record Health(boolean healthy, String text) {
        /** {@return good, with a remark} */
        public static Health good(String text) {
            return new Health(true, text);
        }

        /** {@return bad, with what to do} */
        public static Health bad(String text) {
            return new Health(false, text);
        }
    }
}
