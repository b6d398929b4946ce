// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.http.HttpLimits;

/**
 * How long an application may take over its next request. One timer a connection looks whether it is late; requests only note
 * when they came, because most come long before.
 */
final class Patience {
    private final HttpConnection connection;
    private final long headNanos;
    private final long idleNanos;
    private final long lingerNanos;
    private @Nullable EventLoop loop;
    private java.util.concurrent.@Nullable Future<?> timer;
    private long headBegan;
    private long idleSince;
    private boolean inHead;
    private boolean asked;

    Patience(HttpConnection connection, HttpLimits limits) {
        this.connection = connection;
        headNanos = limits.headTimeout().toNanos();
        idleNanos = limits.idleTimeout().toNanos();
        lingerNanos = limits.lingerTimeout().toNanos();
    }

    /** The connection begins. */
    void begin(EventLoop here) {
        loop = here;
        idleSince = now();
        lookIn(headNanos);
    }

    private EventLoop loop() {
        EventLoop known = loop;
        if (known == null) {
            throw new IllegalStateException("there is no patience before the connection begins");
        }
        return known;
    }

    private long now() {
        return loop().ticker().nanoTime();
    }

    private void lookIn(long nanos) {
        timer = loop().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
    }

    /** Something came; a head is incomplete after it or not. */
    void read(boolean incomplete) {
        if (incomplete && !inHead) {
            // the first head of a connection has had its time from the beginning
            headBegan = asked ? now() : idleSince;
        }
        inHead = incomplete;
        asked |= !incomplete;
    }

    /** An answer is complete. */
    void answered() {
        idleSince = now();
    }

    private void look() {
        long now = now();
        if (!connection.isIdle()) {
            lookIn(headNanos);
        } else if (connection.isInHead()) {
            long left = headNanos - (now - headBegan);
            if (left <= 0) {
                connection.headLate();
            } else {
                lookIn(left);
            }
        } else {
            long left = (asked ? idleNanos : headNanos) - (now - idleSince);
            if (left <= 0) {
                connection.finish();
            } else {
                lookIn(Math.min(left, headNanos));
            }
        }
    }

    /** Does something after the time that lingering takes. */
    void linger(Runnable task) {
        end();
        timer = loop().schedule(task, lingerNanos, TimeUnit.NANOSECONDS);
    }

    /** There is nothing to wait for any more. */
    void end() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
