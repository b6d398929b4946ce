// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the handshakes that are in progress at a tunnel port: 20 from one source, 500 in all. A source that has 20 gives up
 * its oldest for a new one, so that whoever is quick gets in beside one that is slow on purpose; when there are 500, a new
 * one is refused.
 *
 * <p>Safe for every thread.
 */
final class ArrivalGate {
    private final int perSource;
    private final int total;
    private final Map<InetAddress, ArrayDeque<Channel>> sources = new HashMap<>();
    private int inProgress;

    ArrivalGate(int perSource, int total) {
        this.perSource = perSource;
        this.total = total;
    }

    /** What became of an arrival. */
    sealed interface Verdict {
        /** It may go on. */
        record Entered(@Nullable Channel displaced) implements Verdict {}

        /** There are too many. */
        record Refused() implements Verdict {}
    }

    /**
     * A connection arrives.
     *
     * @return whether it may go on, and which one is to be closed for it
     */
    synchronized Verdict enter(InetAddress source, Channel channel) {
        ArrayDeque<Channel> mine = sources.get(source);
        if (mine != null && mine.size() >= perSource) {
            Channel oldest = mine.remove();
            mine.add(channel);
            return new Verdict.Entered(oldest);
        }
        if (inProgress >= total) {
            return new Verdict.Refused();
        }
        if (mine == null) {
            mine = new ArrayDeque<>(4);
            sources.put(source, mine);
        }
        mine.add(channel);
        inProgress++;
        return new Verdict.Entered(null);
    }

    /** A handshake is over, well or not; a second call does nothing. */
    synchronized void leave(InetAddress source, Channel channel) {
        ArrayDeque<Channel> mine = sources.get(source);
        if (mine != null && mine.remove(channel)) {
            inProgress--;
            if (mine.isEmpty()) {
                sources.remove(source);
            }
        }
    }

    synchronized int inProgress() {
        return inProgress;
    }
}
