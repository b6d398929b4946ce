// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.dataplane.internal.context.ConnectionContext;
import org.sallyport.dataplane.internal.context.ContextSide;
import org.sallyport.dataplane.internal.datagram.DatagramEnd;
import org.sallyport.dataplane.internal.limits.Allowance;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.relay.Connection;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.PipelineStage;
import org.sallyport.spi.Protocol;
import org.sallyport.spi.ResetMode;
import org.sallyport.spi.StreamChannel;

/**
 * What one application's address and port sends to a UDP port, and what comes back: a stream, which is opened by its first
 * datagram, and anew when it is lost, on whichever client is there then. What is sent while a client is sought waits,
 * {@value #MOST_WAITING} datagrams and {@value #MOST_WAITING_BYTES} bytes at most.
 *
 * <p>A flow that was refused is not tried again for {@value #REST_SECONDS} s. It ends when nothing has come either way for the
 * destination's idle timeout, {@value #IDLE_SECONDS} s if it has none. On the loop of the port's socket.
 */
final class IngressFlow extends Connection implements DatagramEnd.Flow {
    static final int MOST_WAITING = 16;
    static final int MOST_WAITING_BYTES = 64 * 1024;
    static final long IDLE_SECONDS = 60;
    static final long REST_SECONDS = 5;
    private static final Duration QUIET = Duration.ofSeconds(1);

    private final IngressDestination owner;
    private final FlowTable table;
    private final InetSocketAddress source;
    private final InetSocketAddress local;
    private final EventLoop loop;
    private final PipelineStage stage;
    private final ConnectionContext context;
    private final Allowance budget;
    private final Queue<ByteBuf> waiting = new ArrayDeque<>(0);
    private final long flow;
    private final long begun;

    private @Nullable ClientSearch search;
    private @Nullable Candidate sought;
    private @Nullable Candidate carrier;
    /** The stream before, on which answers may still come. */
    private @Nullable Candidate former;

    private @Nullable Future<?> rest;
    private @Nullable Future<?> leaving;
    private int waitingBytes;
    private int streams;
    private long received;
    private long returned;
    /** Before that it does not look for a client to move to: there was one that refused it. */
    private long movesFrom;

    private boolean inBurst;
    private boolean refused;
    private boolean ending;

    /** A stream of this flow, and the tunnel that it is on. */
    private record Candidate(DatagramEnd end, AttachedTunnel tunnel) {
        /** Lets go of a stream on which nothing was sent, of which the other end bears only so many. */
        void giveUp() {
            EventLoop on = tunnel.tunnel().eventLoop();
            end.forget();
            on.execute(() -> tunnel.resets().reset(end.stream(), ResetMode.ABORT));
        }
    }

    /**
     * @param owner whose port the datagrams come to
     * @param table that it is in
     * @param protocol entered
     * @param source of the datagrams
     * @param local where they come to
     * @param loop of the port's socket
     */
    IngressFlow(
            IngressDestination owner,
            FlowTable table,
            Plugin<Protocol> protocol,
            InetSocketAddress source,
            InetSocketAddress local,
            EventLoop loop) {
        super(
                owner.destination(),
                protocol,
                owner.connections(),
                owner.traffic(),
                true,
                idle(owner.destination().options().idleTimeout()));
        this.owner = owner;
        this.table = table;
        this.source = source;
        this.local = local;
        this.loop = loop;
        stage = protocol.service().ingress();
        context = new ConnectionContext(this, loop, source, local, Map.of(), new ContextSide() {});
        budget = owner.surroundings().limits().earlyBytes();
        flow = owner.surroundings().nextFlow();
        begun = loop.ticker().nanoTime();
        movesFrom = begun;
    }

    private static Duration idle(Duration chosen) {
        return chosen.isZero() ? Duration.ofSeconds(IDLE_SECONDS) : chosen;
    }

    /** Takes part in its destination; before anything else. */
    void start() {
        begin();
        watchIdleness();
        if (owner.isLeaving() || protocol().isRetired()) {
            end("the destination was disabled or removed");
        }
    }

    InetSocketAddress source() {
        return source;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    // ------------------------------------------------------------------ from the application

    /** {@return whether this is its first datagram of a burst} */
    boolean joinBurst() {
        if (inBurst) {
            return false;
        }
        inBurst = true;
        Candidate now = carrier;
        if (now != null
                && search == null
                && loop.ticker().nanoTime() - movesFrom >= 0
                && !now.tunnel().tunnel().usable()
                && owner.choice().anyUsable()) {
            // its client is about to go; another one takes the flow over before that
            seek();
        }
        return true;
    }

    /** A datagram came. */
    void fromApplication(ByteBuf datagram) {
        received += datagram.readableBytes();
        Candidate now = carrier;
        if (ending || refused) {
            datagram.release();
            dropped(1);
        } else if (now != null) {
            now.end().send(datagram);
        } else {
            await(datagram);
            if (search == null) {
                seek();
            }
        }
    }

    /** Those that came together have come. */
    void burstComplete() {
        inBurst = false;
        // one without bytes keeps a flow alive as well
        carriedFromSocket(received);
        received = 0;
        Candidate now = carrier;
        if (now != null) {
            now.end().flush();
        }
    }

    /** Keeps a copy: what it was received in is large. */
    private void await(ByteBuf datagram) {
        int size = datagram.readableBytes();
        if (waiting.size() < MOST_WAITING && waitingBytes + size <= MOST_WAITING_BYTES && budget.take(size)) {
            waitingBytes += size;
            waiting.add(datagram.alloc().directBuffer(size, size).writeBytes(datagram));
        } else {
            dropped(1);
        }
        datagram.release();
    }

    private void releaseWaiting() {
        waiting.forEach(ByteBuf::release);
        waiting.clear();
        budget.give(waitingBytes);
        waitingBytes = 0;
    }

    // ------------------------------------------------------------------ finding a client

    private void seek() {
        ClientSearch begins = new ClientSearch(
                owner, loop, source.getAddress(), destination().options().connectTimeout(), new Seeker());
        search = begins;
        begins.start(null);
    }

    /** Opens streams for the search, and hears what came of it. */
    private final class Seeker implements ClientSearch.Seeker {
        @Override
        public StreamChannel open(AttachedTunnel chosen) {
            DatagramEnd end =
                    new DatagramEnd(IngressFlow.this, loop, chosen.tunnel().eventLoop());
            OpenRequest request = new OpenRequest(destination().id(), owner.revision(), source, local, Map.of(), flow);
            StreamChannel stream = chosen.tunnel().open(request, end.handlers(stage, context));
            end.of(stream);
            sought = new Candidate(end, chosen);
            streams++;
            stream.closeFuture().addListener(closed -> loop.execute(IngressFlow.this::streamGone));
            return stream;
        }

        @Override
        public void useless(ClientSearch.Useless why) {
            Candidate candidate = sought;
            sought = null;
            if (candidate != null && why != ClientSearch.Useless.REFUSED) {
                candidate.giveUp();
            }
        }

        @Override
        public void reached(OpenReply reply) {
            search = null;
            context.answered(reply);
            Candidate before = carrier;
            Candidate now = sought;
            carrier = now;
            sought = null;
            if (before != null) {
                leaveSoon(before);
            }
            if (now != null) {
                waiting.forEach(datagram -> now.end().send(datagram));
                waiting.clear();
                releaseWaiting();
                now.end().flush();
            }
        }

        @Override
        public void refused(OpenReply reply) {
            search = null;
            context.answered(reply);
            owner.refused(flow, source, reply);
            if (carrier == null) {
                because("refused: " + reply.text());
                refused = true;
                dropped(waiting.size());
                releaseWaiting();
                rest = loop.schedule(() -> end("refused"), REST_SECONDS, TimeUnit.SECONDS);
            } else {
                movesFrom = loop.ticker().nanoTime() + TimeUnit.SECONDS.toNanos(REST_SECONDS);
            }
        }
    }

    private void leaveSoon(Candidate before) {
        leaveFormer();
        former = before;
        leaving = loop.schedule(this::leaveFormer, QUIET.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void leaveFormer() {
        Candidate left = former;
        if (left != null) {
            former = null;
            left.end().leave();
        }
        if (leaving != null) {
            leaving.cancel(false);
        }
    }

    // ------------------------------------------------------------------ from the resource

    @Override
    public void fromStream(ByteBuf datagram) {
        if (isOver() || ending) {
            datagram.release();
            return;
        }
        returned += datagram.readableBytes();
        if (!table.send(datagram, source)) {
            dropped(1);
        }
    }

    @Override
    public void fromStreamComplete() {
        carriedFromStream(returned);
        returned = 0;
        table.sendComplete();
    }

    @Override
    public void streamEnded(DatagramEnd end, String why) {
        Candidate now = carrier;
        if (now != null && now.end() == end) {
            // the next datagram finds another client
            carrier = null;
        }
    }

    @Override
    public void dropped(int count) {
        owner.dropped(count);
    }

    // ------------------------------------------------------------------ the end

    /** Others need its place more. */
    void displaced() {
        end("idle longest when there were too many flows");
    }

    /** Its socket is closed. */
    void portClosed() {
        end("the port was closed");
    }

    @Override
    protected void idle() {
        end("idle");
    }

    /** Has no end of its own, so being quiet for a moment is taken for it. Safe for every thread. */
    @Override
    public void drain() {
        loop.execute(() -> {
            context.drain();
            endWhenQuietFor(QUIET);
        });
    }

    private void end(String why) {
        because(why);
        letGo(false);
    }

    @Override
    protected void abortNow() {
        letGo(true);
    }

    private void letGo(boolean now) {
        if (!ending) {
            ending = true;
            table.forget(this);
            releaseWaiting();
            if (rest != null) {
                rest.cancel(false);
            }
        }
        ClientSearch begins = search;
        if (begins != null) {
            search = null;
            begins.cancel();
        }
        Candidate candidate = sought;
        if (candidate != null) {
            sought = null;
            // as a connection that is reset before it has sent anything: tunnels bear only so many
            owner.fruitless(source);
            candidate.giveUp();
        }
        leaveFormer();
        Candidate last = carrier;
        if (last != null && now) {
            last.end().reset();
        } else if (last != null) {
            last.end().leave();
        }
        finishIfGone();
    }

    private void streamGone() {
        streams--;
        finishIfGone();
    }

    private void finishIfGone() {
        if (ending && streams == 0) {
            finish();
        }
    }

    @Override
    protected void closed(String why) {
        if (!refused) {
            Candidate last = carrier;
            owner.ended(
                    flow,
                    last == null ? null : last.tunnel().client(),
                    source,
                    this,
                    loop.ticker().nanoTime() - begun,
                    why);
        }
    }
}
