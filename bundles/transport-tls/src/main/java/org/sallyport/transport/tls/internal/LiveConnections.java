// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.util.concurrent.Future;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The tunnels that are up and what may become one, so that nothing outlives the bundle. Safe for every thread. */
final class LiveConnections {
    private static final String STOP = "the transport stops";

    private final Set<Member> members = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    /** A connection, or an attempt to make one. */
    interface Member {
        /**
         * Ends it, if it has not ended; on any thread.
         *
         * @param reason for people
         */
        void close(String reason);

        /** {@return completes when nothing is left of it, or when what is left is a member by itself} */
        Future<?> gone();
    }

    void add(Member member) {
        members.add(member);
        member.gone().addListener(done -> members.remove(member));
        if (ended) {
            member.close(STOP);
        }
    }

    /** Closes all, also what comes later, and waits. */
    void closeAll(long millis) {
        ended = true;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!members.isEmpty() && deadline - System.nanoTime() > 0) {
            for (Member member : members) {
                member.close(STOP);
            }
            // one that goes may leave another
            members.removeIf(member -> member.gone()
                    .awaitUninterruptibly(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS));
        }
    }
}
