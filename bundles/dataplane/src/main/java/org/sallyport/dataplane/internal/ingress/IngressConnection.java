// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.dataplane.internal.context.ConnectionContext;
import org.sallyport.dataplane.internal.context.ContextSide;
import org.sallyport.dataplane.internal.header.Ends;
import org.sallyport.dataplane.internal.header.HeaderReader;
import org.sallyport.dataplane.internal.limits.ByteRate;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.relay.RelayedConnection;
import org.sallyport.dataplane.internal.relay.SocketEnd;
import org.sallyport.dataplane.internal.relay.StreamEnd;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.PipelineStage;
import org.sallyport.spi.Protocol;
import org.sallyport.spi.ResetMode;
import org.sallyport.spi.StreamChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An application's connection: seeks a client that reaches the resource, sends what the application says meanwhile, and
 * relays.
 *
 * <p>What the application gets when nobody reached the resource is a reset, or, if its protocol has a stage, what that stage
 * makes of the answer.
 *
 * <p>On the loop of the application's socket, which is that of the first tunnel chosen; another tunnel may be on another loop.
 */
final class IngressConnection extends RelayedConnection implements ContextSide, Protection.Outcome {
    private static final Logger LOG = LoggerFactory.getLogger(IngressConnection.class);
    private static final long ANSWER_SECONDS = 5;
    private static final int HEADER_READ = 4 * 1024;

    private final IngressDestination owner;
    private final EventLoop loop;
    /** What its opens are answered because it is one too many. */
    private final @Nullable OpenReply surplus;

    private final SocketEnd socket;
    private EarlyPayload early;
    /** Who is connected: the application, or a load balancer that speaks for it. */
    private final InetSocketAddress peer;

    private InetSocketAddress source;
    private InetSocketAddress local;
    private final long flow;
    private final long begun;
    private @Nullable AttachedTunnel first;
    private @Nullable ConnectionContext context;
    private Map<String, String> facts = Map.of();

    private @Nullable ClientSearch search;
    private @Nullable StreamEnd stream;
    private java.util.concurrent.@Nullable Future<?> answering;
    private long judgement;
    private boolean opened;
    private boolean joined;
    private boolean refused;
    private boolean carried;

    /**
     * @param owner whose listener accepted it
     * @param destination as it is now
     * @param protocol entered
     * @param channel accepted, not registered
     * @param first the tunnel that was chosen; null when there is none
     * @param loop where the socket will live
     * @param surplus what its opens are answered when it is more than the destination may have, and counts as its surplus; null
     *     when it is one of those
     */
    IngressConnection(
            IngressDestination owner,
            Destination destination,
            Plugin<Protocol> protocol,
            DuplexChannel channel,
            @Nullable AttachedTunnel first,
            EventLoop loop,
            @Nullable OpenReply surplus) {
        super(destination, protocol, owner.connections(), surplus == null ? owner.traffic() : owner.surplus(), true);
        this.owner = owner;
        this.loop = loop;
        this.surplus = surplus;
        this.first = first;
        peer = (InetSocketAddress) channel.remoteAddress();
        source = peer;
        local = (InetSocketAddress) channel.localAddress();
        flow = owner.surroundings().nextFlow();
        begun = loop.ticker().nanoTime();
        socket = new SocketEnd(channel, this);
        early = new EarlyPayload(socket, owner.surroundings().limits().earlyBytes());
    }

    /**
     * Registers the socket; on the loop that accepted it. That is done on the socket's own loop: what the application sent
     * with its FIN is read as soon as epoll knows the socket, and would be lost if that was before the handlers are there.
     */
    void register() {
        if (loop.inEventLoop()) {
            registerHere();
        } else {
            loop.execute(this::registerHere);
        }
    }

    private void registerHere() {
        loop.register(socket.channel()).addListener(this::registered);
    }

    private void registered(Future<? super Void> done) {
        if (!done.isSuccess()) {
            because("failed: " + done.cause());
            finish();
            return;
        }
        begin();
        socket.early(early);
        if (destination().options().sourceHeaders().expected()) {
            awaitHeader();
        } else {
            protect();
        }
    }

    private void awaitHeader() {
        if (!owner.handshakeShare().take()) {
            turnAway(OpenCode.TOO_MANY, "too many connections have not told yet where they come from");
            return;
        }
        HeaderReader.expect(socket.channel(), new HeaderReader.Outcome() {
            @Override
            public void told(@Nullable Ends ends) {
                owner.handshakeShare().give();
                if (ends != null) {
                    source = ends.source();
                    local = ends.local();
                    // it was chosen for the load balancer
                    first = null;
                }
                protect();
            }

            @Override
            public void failed(String why) {
                owner.handshakeShare().give();
                turnAway(OpenCode.DENIED, why);
            }
        });
        socket.readAhead(HEADER_READ);
    }

    private void protect() {
        Protection.begin(owner, source.getAddress(), socket.channel(), this);
    }

    @Override
    public void agreed(Map<String, String> agreed) {
        facts = agreed;
        admit(null);
    }

    @Override
    public void impossible(String why) {
        admit(why);
    }

    @Override
    public void crowded(String why) {
        unprotected(OpenCode.TOO_MANY, why);
        socket.resetSocket();
    }

    @Override
    public void failed(String why) {
        unprotected(OpenCode.TLS_FAILED, why);
    }

    private void turnAway(OpenCode code, String why) {
        unprotected(code, why);
        socket.resetSocket();
    }

    private void unprotected(OpenCode code, String why) {
        because(why);
        if (surplus == null) {
            refused = true;
            owner.refused(flow, source, new OpenReply(code, why));
        }
        if (socket.channel().isOpen()) {
            // TLS says why to the application, and closes
            socket.channel().pipeline().addLast(socket);
        } else {
            finish();
        }
    }

    /** The application is there, and may be spoken to unless there is a trouble. */
    private void admit(@Nullable String obstacle) {
        String trouble = obstacle;
        boolean late = false;
        if (trouble != null) {
            LOG.debug("{}: {}", socket.channel(), trouble);
        } else if (owner.isLeaving()) {
            trouble = "the destination was disabled or removed";
        } else if (protocol().isRetired()) {
            trouble = "protocol " + protocol().name() + " was removed";
        } else {
            try {
                late = protocol().service().opensLate();
                PipelineStage stage = protocol().service().ingress();
                if (stage != PipelineStage.none()) {
                    ConnectionContext told = new ConnectionContext(this, loop, source, local, facts, this);
                    context = told;
                    socket.staged();
                    stage.addTo(socket.channel().pipeline(), told);
                }
            } catch (RuntimeException | LinkageError e) {
                LOG.error(
                        "{}: protocol {} failed on a new connection",
                        socket.channel(),
                        destination().protocol(),
                        e);
                trouble = "failed: " + e;
            }
        }
        socket.channel().pipeline().addLast(socket);
        if (trouble != null) {
            abort(trouble);
        } else if (late) {
            if (surplus != null) {
                endSoon(surplus);
            }
            early.readUnopened();
        } else {
            open();
        }
    }

    @Override
    public void open() {
        if (opened || isOver()) {
            return;
        }
        opened = true;
        OpenReply refusal = surplus;
        if (refusal != null) {
            stopTimers();
            leaveToStage(refusal);
            return;
        }
        early.opening();
        judgement = owner.judgement();
        ClientSearch sought = new ClientSearch(
                owner, loop, source.getAddress(), destination().options().connectTimeout(), new Seeker());
        search = sought;
        sought.start(first);
        early.readMore();
    }

    /** The stage lets go of the stream, whatever became of it, and goes back to before it was opened. */
    @Override
    public void renew() {
        if (isOver() || isAborted()) {
            return;
        }
        stopTimers();
        StreamEnd old = stream;
        stream = null;
        first = null;
        opened = false;
        refused = false;
        if (joined) {
            joined = false;
            socket.leave();
            if (old != null) {
                old.leave();
            }
        } else {
            early.release();
            if (old != null) {
                old.reset(ResetMode.ABORT);
            }
        }
        early = new EarlyPayload(socket, owner.surroundings().limits().earlyBytes());
        socket.early(early);
        if (socket.inputEnded()) {
            early.inputEnded();
        }
        early.readUnopened();
    }

    @Override
    public boolean trustedPeer() {
        return owner.trusts(source.getAddress());
    }

    @Override
    public boolean stale() {
        return opened && judgement != owner.judgement();
    }

    /** Opens streams for the search, and hears what came of it. */
    private final class Seeker implements ClientSearch.Seeker {
        @Override
        public StreamChannel open(AttachedTunnel chosen) {
            StreamEnd end =
                    new StreamEnd(IngressConnection.this, chosen.tunnel().eventLoop(), chosen.resets());
            OpenRequest request = new OpenRequest(destination().id(), owner.revision(), source, local, facts, flow);
            StreamChannel opening = chosen.tunnel().open(request, end);
            end.of(opening);
            stream = end;
            if (opening.opened().cause() == null) {
                early.sendOn(end);
            }
            return opening;
        }

        @Override
        public void useless(ClientSearch.Useless why) {
            StreamEnd end = stream;
            // what it answers to that is no news
            stream = null;
            if (end != null) {
                switch (why) {
                    case REFUSED -> {}
                    // a reader that is paused may be told late that it is over, and it still holds what was sent early
                    case FAILED -> end.drop();
                    case LATE -> end.reset(ResetMode.ABORT);
                }
            }
        }

        @Override
        public void reached(OpenReply reply) {
            StreamEnd end = stream;
            if (end != null) {
                join(end, reply);
            }
        }

        @Override
        public void refused(OpenReply reply) {
            refuse(reply);
        }
    }

    // ------------------------------------------------------------------ the outcome

    private void join(StreamEnd end, OpenReply reply) {
        joined = true;
        stopTimers();
        boolean again = carried;
        carried = true;
        tellStage(reply);
        if (stream != end) {
            return; // the stage has let go of it
        }
        early.reached();
        socket.join(end);
        if (!again) {
            watchIdleness();
        }
    }

    private void refuse(OpenReply reply) {
        refused = true;
        stopTimers();
        early.release();
        owner.refused(flow, source, reply);
        because("refused: " + reply.text());
        if (context == null) {
            socket.resetSocket();
        } else {
            leaveToStage(reply);
        }
    }

    /** The stage answers in its own language and closes. */
    private void leaveToStage(OpenReply reply) {
        early.release();
        tellStage(reply);
        endSoon(reply);
    }

    private void endSoon(OpenReply reply) {
        if (!isOver()) {
            answering = loop.schedule(() -> abort("refused: " + reply.text()), ANSWER_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void tellStage(OpenReply reply) {
        ConnectionContext told = context;
        if (told != null) {
            told.answered(reply);
        }
    }

    private void stopTimers() {
        ClientSearch sought = search;
        if (sought != null) {
            sought.cancel();
        }
        if (answering != null) {
            answering.cancel(false);
        }
    }

    // ------------------------------------------------------------------ the door

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    protected ByteRate socketRate() {
        return owner.rateIn();
    }

    @Override
    protected ByteRate streamRate() {
        return owner.rateOut();
    }

    @Override
    protected void socketBroken(String why) {
        stopTimers();
        StreamEnd open = stream;
        // what it answers to that is no news
        stream = null;
        if (open != null) {
            open.peerBroken();
        }
    }

    @Override
    protected void streamBroken(StreamEnd end, Throwable cause) {
        // what it means for the open is what opened() says
    }

    @Override
    protected void unheard() {
        owner.fruitless(peer);
    }

    @Override
    protected void resetBoth() {
        stopTimers();
        StreamEnd open = stream;
        stream = null;
        if (open != null) {
            open.reset(ResetMode.ABORT);
        }
        socket.resetSocket();
    }

    @Override
    public void drain() {
        ConnectionContext told = context;
        if (told != null) {
            told.drain();
        }
    }

    @Override
    protected void closed(String why) {
        stopTimers();
        early.release();
        ClientSearch sought = search;
        tellStage(sought == null ? ClientSearch.NOBODY : sought.last());
        if (surplus == null && (!refused || carried)) {
            owner.ended(
                    flow,
                    sought == null ? null : sought.client(),
                    source,
                    this,
                    loop.ticker().nanoTime() - begun,
                    why);
        }
    }
}
