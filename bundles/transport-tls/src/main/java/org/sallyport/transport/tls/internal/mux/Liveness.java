// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices a peer that is gone without a word: after 4 s without a byte it is asked with PING, after 12 s the connection is
 * given up. A process that was itself stopped notices that its timer comes late; it counts anew, because what waits in the
 * socket has not been read yet.
 *
 * <p>On the connection's event loop, whose clock it uses.
 */
final class Liveness {
    private static final long TICK = TimeUnit.SECONDS.toNanos(1);
    private static final long LATE = TimeUnit.SECONDS.toNanos(3);
    private static final long QUIET = TimeUnit.SECONDS.toNanos(4);
    private static final long DEAD = TimeUnit.SECONDS.toNanos(12);
    private static final int MAX_OUTSTANDING = 64;

    /** What it needs of the mux. */
    interface Peer {
        void sendPing(int opaque);

        void silent(String reason);
    }

    private record Asked(int opaque, long since, Promise<Long> answer) {}

    private final Peer peer;
    private final EventExecutor executor;
    private final ArrayDeque<Asked> outstanding = new ArrayDeque<>();
    private long lastHeard;
    private long lastTick;
    private boolean asked;
    private int nextOpaque;
    private volatile long rttNanos = -1;
    private @Nullable Future<?> timer;

    Liveness(Peer peer, EventExecutor executor) {
        this.peer = peer;
        this.executor = executor;
    }

    void start() {
        lastHeard = executor.ticker().nanoTime();
        lastTick = lastHeard;
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
    }

    private void tick() {
        long now = executor.ticker().nanoTime();
        boolean late = now - lastTick > LATE;
        lastTick = now;
        if (late) {
            lastHeard = now;
        }
        long quiet = now - lastHeard;
        if (quiet >= DEAD) {
            peer.silent("nothing was heard from the other end for " + TimeUnit.NANOSECONDS.toSeconds(quiet) + " s");
        } else if (quiet >= QUIET && !asked) {
            asked = true;
            ask(executor.newPromise());
        }
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
        outstanding.add(new Asked(opaque, executor.ticker().nanoTime(), answer));
        peer.sendPing(opaque);
    }

    /** An answer came; false when nobody asked. */
    boolean answered(int opaque) {
        for (Iterator<Asked> each = outstanding.iterator(); each.hasNext(); ) {
            Asked ask = each.next();
            if (ask.opaque == opaque) {
                each.remove();
                rttNanos = executor.ticker().nanoTime() - ask.since;
                ask.answer.trySuccess(rttNanos);
                return true;
            }
        }
        return false;
    }

    /** {@return the last measured round trip in nanoseconds, -1 before the first; on any thread} */
    long rttNanos() {
        return rttNanos;
    }
}
