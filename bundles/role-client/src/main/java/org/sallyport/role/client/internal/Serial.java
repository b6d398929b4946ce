// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.sallyport.api.Registration;

/**
 * The one thread that owns the role's state, its clock and its timers. Everything that happens elsewhere (event loops, DS,
 * shells) hands a task in; so no class of this bundle locks anything.
 */
interface Serial extends Executor {
    /** Runs a task soon, after those that were given before. Tasks given after the end are dropped. */
    @Override
    void execute(Runnable task);

    /**
     * Runs a task later.
     *
     * @param delay from now
     * @param task what
     * @return calls it off
     */
    Registration after(Duration delay, Runnable task);

    /** {@return a clock that only grows, for differences} */
    long nanos();
}
