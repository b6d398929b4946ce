// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices a peer that is gone without a word: after a while without a byte it is asked with PING, and later the connection is
 * given up. A process that was itself stopped notices that its timer comes late; it counts anew, because what waits in the
 * socket has not been read yet. While bytes come, it asks as often as well, to know the round trip.
 *
 * <p>On the connection's event loop, whose clock it uses.
 */
final class Liveness {
    private static final long TICK = TimeUnit.SECONDS.toNanos(1);
    private static final long LATE = TimeUnit.SECONDS.toNanos(3);
    private static final long MEASURED = TimeUnit.SECONDS.toNanos(16);
    private static final int MAX_OUTSTANDING = 64;

    /** What it needs of the mux. */
    interface Peer {
        void sendPing(int opaque);

        void silent(String reason);

        /** About a second has passed. */
        void ticked();
    }

    private record Asked(int opaque, long since, Promise<Long> answer) {}

    private final Peer peer;
    private final EventExecutor executor;
    private final long quietNanos;
    private final long deadNanos;
    private final ArrayDeque<Asked> outstanding = new ArrayDeque<>();
    private long lastHeard;
    private long lastTick;
    private boolean asked;
    private long lastAsked;
    private boolean unmeasured;
    private long shortest = Long.MAX_VALUE;
    private long formerShortest = Long.MAX_VALUE;
    private long shortestSince;
    private int nextOpaque;
    private volatile long rttNanos = -1;
    private @Nullable Future<?> timer;

    /**
     * @param quiet after how long without a byte the peer is asked
     * @param dead after how long without a byte the connection is given up
     */
    Liveness(Peer peer, EventExecutor executor, Duration quiet, Duration dead) {
        this.peer = peer;
        this.executor = executor;
        quietNanos = quiet.toNanos();
        deadNanos = dead.toNanos();
    }

    void start() {
        lastHeard = executor.ticker().nanoTime();
        lastTick = lastHeard;
        lastAsked = lastHeard;
        timer = executor.scheduleWithFixedDelay(this::tick, TICK, TICK, TimeUnit.NANOSECONDS);
    }

    void stop(Throwable cause) {
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
        for (Asked ask = outstanding.poll(); ask != null; ask = outstanding.poll()) {
            ask.answer.tryFailure(cause);
        }
    }

    /** Bytes came. */
    void heard() {
        lastHeard = executor.ticker().nanoTime();
        asked = false;
        unmeasured = true;
    }

    private void tick() {
        peer.ticked();
        long now = executor.ticker().nanoTime();
        boolean late = now - lastTick > LATE;
        lastTick = now;
        if (late) {
            lastHeard = now;
        }
        long quiet = now - lastHeard;
        if (quiet >= deadNanos) {
            peer.silent("nothing was heard from the other end for " + TimeUnit.NANOSECONDS.toSeconds(quiet) + " s");
        } else if (quiet >= quietNanos && !asked) {
            asked = true;
            measure();
        } else if (unmeasured && now - lastAsked >= quietNanos) {
            measure();
        }
    }

    /** {@return the time of the clock when something last happened, a second old at most} */
    long now() {
        return Math.max(lastHeard, lastTick);
    }

    /** Measures the round trip. */
    void measure() {
        unmeasured = false;
        ask(executor.newPromise());
    }

    /** Asks now. */
    Future<Long> ping() {
        Promise<Long> answer = executor.newPromise();
        ask(answer);
        return answer;
    }

    private void ask(Promise<Long> answer) {
        if (outstanding.size() >= MAX_OUTSTANDING) {
            answer.tryFailure(new IllegalStateException(
                    MAX_OUTSTANDING + " pings are unanswered already: wait for their answers"));
            return;
        }
        int opaque = nextOpaque++;
        lastAsked = executor.ticker().nanoTime();
        outstanding.add(new Asked(opaque, lastAsked, answer));
        peer.sendPing(opaque);
    }

    /** An answer came; false when nobody asked. */
    boolean answered(int opaque) {
        for (Iterator<Asked> each = outstanding.iterator(); each.hasNext(); ) {
            Asked ask = each.next();
            if (ask.opaque == opaque) {
                each.remove();
                measured(executor.ticker().nanoTime(), ask);
                ask.answer.trySuccess(rttNanos);
                return true;
            }
        }
        return false;
    }

    private void measured(long now, Asked ask) {
        long rtt = now - ask.since;
        rttNanos = rtt;
        if (now - shortestSince >= MEASURED) {
            formerShortest = shortest;
            shortest = rtt;
            shortestSince = now;
        } else {
            shortest = Math.min(shortest, rtt);
        }
    }

    /** {@return the shortest round trip of the last half minute in which there was one, in nanoseconds; -1 before the first} */
    long shortestRttNanos() {
        long both = Math.min(shortest, formerShortest);
        return both == Long.MAX_VALUE ? -1 : both;
    }

    /** {@return the last measured round trip in nanoseconds, -1 before the first; on any thread} */
    long rttNanos() {
        return rttNanos;
    }
}
