// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to be answered: commands that went to the resource are counted, refusals wait until all commands before them
 * are answered. On one connection's event loop.
 */
final class Turns {
    /** Refusals that may wait; what comes behind them is not read before one of them had its turn. */
    static final int MOST_WAITING = 256;

    /**
     * @param text what the application is told
     * @param after how many answers of the resource come before
     * @param last whether it ends the connection
     */
    record Refusal(String text, long after, boolean last) {}

    private final Deque<Refusal> waiting = new ArrayDeque<>(0);
    private long sent;
    private long answered;

    /** A command went to the resource. */
    void sent() {
        sent++;
    }

    /** The last command that went to the resource will not be complete, nor answered. */
    void brokeOff() {
        sent--;
    }

    /** A command is refused; {@link #due()} gives it back when it is its turn. */
    void refused(String text, boolean last) {
        waiting.add(new Refusal(text, sent, last));
    }

    /** The resource has answered the next command; it must {@linkplain #isOwed owe} one. */
    void answered() {
        answered++;
    }

    /** {@return whether the resource owes an answer} */
    boolean isOwed() {
        return answered < sent;
    }

    /** {@return whether no more may be refused for now} */
    boolean isFull() {
        return waiting.size() >= MOST_WAITING;
    }

    /** {@return whether it is a refusal's turn} */
    boolean isDue() {
        Refusal next = waiting.peek();
        return next != null && next.after() == answered;
    }

    /** {@return the next refusal, taken out, if it is its turn; else null} */
    @Nullable
    Refusal due() {
        return isDue() ? waiting.poll() : null;
    }
}
