// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.fault;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.sallyport.testkit.fault.Faults.Flow;

/**
 * One direction, of all connections of a proxy or of one. What it is told holds for running connections and for those to
 * come, from the return of the call on; any thread may tell it.
 */
public final class Lane {
    private final EventLoop loop;
    private final Set<Pipe> pipes = new LinkedHashSet<>();
    private Faults faults = Faults.NONE;
    private long carriedBefore;

    Lane(EventLoop loop) {
        this.loop = loop;
    }

    /** Each byte is under way for so long. What is under way already keeps its time. */
    public Lane delay(Duration delay) {
        return change(faults -> faults.withDelay(delay));
    }

    /**
     * Bytes are under way for up to so much longer. A connection keeps its order, as with TCP; what different connections send
     * overtakes each other.
     */
    public Lane jitter(Duration jitter) {
        return change(faults -> faults.withJitter(jitter));
    }

    /** Each connection carries so many bytes a second and no more; 0 for no limit. */
    public Lane rate(long bytesPerSecond) {
        return change(faults -> faults.withRate(bytesPerSecond));
    }

    /**
     * So much memory may be taken by what is under way on each connection, a buffer of 64 KiB more or less; then it is not read
     * any more, so that TCP slows the sender down. Without being told it is 64 MiB, more than a gigabit a second needs at a
     * delay of 200 ms.
     */
    public Lane hold(long bytes) {
        return change(faults -> faults.withHold(bytes));
    }

    /** Bytes arrive in pieces of one to so many, each sent by itself; 0 for as they came. */
    public Lane chop(int bytes) {
        return change(faults -> faults.withChop(bytes));
    }

    /** Bytes are read, up to what the lane may {@link #hold}, and delivered after {@link #resume()}. */
    public Lane stall() {
        return change(faults -> faults.withFlow(Flow.STALLED));
    }

    /** Nothing more is read, so that TCP stops the sender, until {@link #resume()}; what is under way arrives. */
    public Lane freeze() {
        return change(faults -> faults.withFlow(Flow.FROZEN));
    }

    /**
     * Bytes, ends and resets are swallowed, and so is what is under way. A connection that lost anything stays silent in this
     * direction for good, because TCP never goes on behind a gap; {@link #resume()} is for the others and for new ones.
     */
    public Lane blackhole() {
        return change(faults -> faults.withFlow(Flow.SWALLOWED));
    }

    /** Ends {@link #stall()}, {@link #freeze()} or {@link #blackhole()}. */
    public Lane resume() {
        return change(faults -> faults.withFlow(Flow.FLOWING));
    }

    /** Cuts as {@link #cutAt(long, Ending, Side...)} does, by a reset that both sides see. */
    public Lane cutAt(long bytes) {
        return cutAt(bytes, Ending.RESET);
    }

    /**
     * The next connection on which so many bytes have been delivered this way delivers no more of them; once. A connection that
     * is beyond that already is cut at once.
     *
     * @param bytes how many are delivered, counted from its beginning
     * @param how what is seen of it
     * @param sides who sees it; both if none is named. For who doesn't, the other end just fell silent
     */
    public Lane cutAt(long bytes, Ending how, Side... sides) {
        Cut cut = new Cut(bytes, how, Cut.sides(sides));
        return change(faults -> faults.withCut(cut));
    }

    /** Ends all that was asked of this lane. */
    public Lane heal() {
        return change(faults -> Faults.NONE);
    }

    /** {@return how many bytes were delivered} */
    public long carried() {
        return OnLoop.get(loop, () -> carriedBefore + sum(Pipe::carried));
    }

    /** {@return how much memory is taken by what is under way} */
    public long held() {
        return OnLoop.get(loop, () -> sum(Pipe::held));
    }

    private long sum(ToLongFunction<Pipe> figure) {
        return pipes.stream().mapToLong(figure).sum();
    }

    private Lane change(UnaryOperator<Faults> change) {
        Supplier<Lane> all = () -> {
            faults = change.apply(faults);
            for (Pipe pipe : Set.copyOf(pipes)) {
                pipe.obey(change.apply(pipe.faults()));
            }
            return this;
        };
        return OnLoop.get(loop, all);
    }

    /** {@return what a new connection begins with} */
    Faults faults() {
        return faults;
    }

    /** Tells a pipe of what it is told from now on. */
    void add(Pipe pipe) {
        pipes.add(pipe);
    }

    /** Has no more to do with a pipe. */
    void remove(Pipe pipe) {
        if (pipes.remove(pipe)) {
            carriedBefore += pipe.carried();
        }
    }
}
