// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.sallyport.dataplane.internal.limits.Debt;
import org.sallyport.spi.ResetMode;
import org.sallyport.spi.StreamChannel;

/**
 * Lets the resets of streams on which nothing was sent leave a tunnel no faster than {@value #A_SECOND} a second, and a
 * second's worth of them at once. The other end takes thousands of them within seconds for an attack and ends the tunnel
 * (PROTOCOL.md, floods), and it is applications that decide when their connections end. What is too much waits here; its
 * streams stay open meanwhile, unread.
 *
 * <p>On the tunnel's event loop, except where a method says otherwise.
 */
public final class ResetPace {
    /** Half of what the other end bears, though a second's worth of it comes on top. */
    static final int A_SECOND = 500;

    private final EventLoop loop;
    private final Debt debt;
    private final Queue<Late> late = new ArrayDeque<>(0);
    private volatile boolean behind;

    private record Late(StreamChannel stream, ResetMode mode) {}

    /**
     * @param loop of the tunnel
     */
    public ResetPace(EventLoop loop) {
        this.loop = loop;
        debt = new Debt(loop.ticker().nanoTime());
    }

    /** {@return whether resets wait; on every thread} */
    public boolean isBehind() {
        return behind;
    }

    /** Resets a stream, now or later; one that is closed already costs nothing. */
    public void reset(StreamChannel stream, ResetMode mode) {
        if (!stream.isOpen()) {
            return;
        }
        long now = loop.ticker().nanoTime();
        long wait = debt.delay(now, A_SECOND);
        if (behind || wait > 0) {
            late.add(new Late(stream, mode));
            goOnIn(wait);
        } else {
            debt.take(now, A_SECOND);
            stream.reset(mode);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // goes on until nothing waits
    private void goOnIn(long nanos) {
        if (!behind) {
            behind = true;
            loop.schedule(this::goOn, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void goOn() {
        long now = loop.ticker().nanoTime();
        long wait = 0;
        while (!late.isEmpty() && wait == 0) {
            Late next = late.remove();
            if (next.stream().isOpen()) {
                debt.take(now, A_SECOND);
                next.stream().reset(next.mode());
                wait = debt.delay(now, A_SECOND);
            }
        }
        behind = false;
        if (!late.isEmpty()) {
            goOnIn(wait);
        }
    }
}
