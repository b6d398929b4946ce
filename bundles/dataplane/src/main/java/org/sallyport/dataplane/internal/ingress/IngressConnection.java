// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.State;
import org.sallyport.dataplane.internal.context.ConnectionContext;
import org.sallyport.dataplane.internal.header.Ends;
import org.sallyport.dataplane.internal.header.HeaderReader;
import org.sallyport.dataplane.internal.limits.ByteRate;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.relay.Connection;
import org.sallyport.dataplane.internal.relay.SocketEnd;
import org.sallyport.dataplane.internal.relay.StreamEnd;
import org.sallyport.dataplane.internal.tls.Handshake;
import org.sallyport.dataplane.internal.tls.TlsFailure;
import org.sallyport.dataplane.internal.tls.TlsLeg;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.PipelineStage;
import org.sallyport.spi.Protocol;
import org.sallyport.spi.ResetMode;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.StreamResetException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An application's connection: finds a client that reaches the resource, sends what the application says meanwhile, and
 * relays.
 *
 * <p>The next client is tried on a promise that no byte reached the resource, and only then. One deadline covers all tries,
 * and the wait for a client when there is none. What the application gets when nobody reached the resource is a reset, or,
 * if its protocol has a stage, what that stage makes of the answer.
 *
 * <p>On the loop of the application's socket, which is that of the first tunnel chosen; another tunnel may be on another loop.
 */
final class IngressConnection extends Connection {
    private static final Logger LOG = LoggerFactory.getLogger(IngressConnection.class);
    private static final long ANSWER_SECONDS = 5;
    private static final int HEADER_READ = 4 * 1024;
    private static final OpenReply NOBODY = new OpenReply(OpenCode.TIMED_OUT, "no client is attached");

    private final IngressDestination owner;
    private final EventLoop loop;
    private final SocketEnd socket;
    private EarlyPayload early;
    /** Who is connected: the application, or a load balancer that speaks for it. */
    private final InetSocketAddress peer;

    private InetSocketAddress source;
    private InetSocketAddress local;
    private final long flow;
    private final long begun;
    private final List<AttachedTunnel> tried = new ArrayList<>(1);
    private @Nullable ConnectionContext context;
    private Map<String, String> facts = Map.of();

    private @Nullable AttachedTunnel tunnel;
    private @Nullable StreamEnd stream;
    private java.util.concurrent.@Nullable Future<?> deadline;
    private OpenReply last = NOBODY;
    private boolean answeredOnce;
    private boolean opened;
    private boolean waiting;
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
     */
    IngressConnection(
            IngressDestination owner,
            Destination destination,
            Plugin<Protocol> protocol,
            DuplexChannel channel,
            @Nullable AttachedTunnel first,
            EventLoop loop) {
        super(destination, protocol, owner.connections(), owner.traffic(), true);
        this.owner = owner;
        this.loop = loop;
        tunnel = first;
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
                    tunnel = null;
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
        TlsLeg tls = owner.tls();
        if (tls.security() == LegSecurity.NONE) {
            admit(null);
            return;
        }
        SslContext terms = tls.context("");
        if (terms == null) {
            State obstacle = tls.obstacle();
            admit(obstacle == null ? "TLS was switched off" : obstacle.cause());
            return;
        }
        if (!owner.handshakeShare().take()) {
            turnAway(OpenCode.TOO_MANY, "too many TLS handshakes are under way");
            return;
        }
        Handshake.accept(socket.channel(), terms, new Handshake.Outcome() {
            @Override
            public void agreed(Map<String, String> agreed) {
                facts = agreed;
                owner.handshakeShare().give();
                admit(null);
            }

            @Override
            public void failed(Throwable cause) {
                owner.handshakeShare().give();
                unprotected(OpenCode.TLS_FAILED, TlsFailure.ofApplication(cause));
            }
        });
    }

    private void turnAway(OpenCode code, String why) {
        unprotected(code, why);
        socket.resetSocket();
    }

    private void unprotected(OpenCode code, String why) {
        because(why);
        refused = true;
        owner.refused(flow, source, new OpenReply(code, why));
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
                    ConnectionContext told =
                            new ConnectionContext(this, loop, source, local, facts, this::open, this::renew);
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
            early.readUnopened();
        } else {
            open();
        }
    }

    private void open() {
        if (opened || isOver()) {
            return;
        }
        opened = true;
        early.opening();
        deadline = loop.schedule(
                this::expired, destination().options().connectTimeout().toNanos(), TimeUnit.NANOSECONDS);
        AttachedTunnel first = tunnel;
        if (first != null && first.tunnel().usable()) {
            openOn(first);
        } else {
            tryNext();
        }
        early.readMore();
    }

    /** The stage lets go of the stream, whatever became of it, and goes back to before it was opened. */
    private void renew() {
        if (isOver() || isAborted()) {
            return;
        }
        stopTimers();
        StreamEnd old = stream;
        stream = null;
        tunnel = null;
        tried.clear();
        last = NOBODY;
        answeredOnce = false;
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

    // ------------------------------------------------------------------ finding a client

    private void tryNext() {
        stream = null;
        AttachedTunnel next;
        try {
            next = owner.choice().choose(source.getAddress(), tried);
        } catch (TunnelChoice.PolicyFailure failure) {
            refuse(new OpenReply(OpenCode.INTERNAL, String.valueOf(failure.getMessage())));
            return;
        }
        if (next != null) {
            openOn(next);
        } else if (owner.choice().anyUsable()) {
            refuse(last);
        } else {
            awaitClient();
        }
    }

    private void openOn(AttachedTunnel chosen) {
        tunnel = chosen;
        tried.add(chosen);
        EventLoop streamLoop = chosen.tunnel().eventLoop();
        StreamEnd end = new StreamEnd(this, streamLoop, chosen.resets());
        OpenRequest request = new OpenRequest(destination().id(), owner.revision(), source, local, facts, flow);
        StreamChannel opening = chosen.tunnel().open(request, end);
        end.of(opening);
        stream = end;
        if (opening.opened().cause() == null) {
            early.sendOn(end);
        }
        opening.opened().addListener(answer -> {
            if (loop.inEventLoop()) {
                answered(end, chosen, answer);
            } else {
                loop.execute(() -> answered(end, chosen, answer));
            }
        });
    }

    private void answered(StreamEnd end, AttachedTunnel by, Future<?> answer) {
        if (stream != end || joined || refused || isOver()) {
            return;
        }
        if (!answer.isSuccess()) {
            Throwable cause = answer.cause();
            boolean again = cause instanceof StreamResetException reset && reset.retryable();
            OpenReply failure = new OpenReply(OpenCode.INTERNAL, String.valueOf(cause.getMessage()));
            owner.choice().failed(by);
            // a reader that is paused may be told late that it is over, and it still holds what was sent early
            end.drop();
            if (again) {
                if (!answeredOnce) {
                    // what a client said tells more than that another one went
                    last = failure;
                }
                tryNext();
            } else {
                refuse(failure);
            }
            return;
        }
        OpenReply reply = (OpenReply) answer.getNow();
        if (reply.accepted()) {
            owner.choice().reached(by);
            join(end, reply);
        } else {
            answeredOnce = true;
            last = reply;
            if (reply.code().nextClient()) {
                owner.choice().failed(by);
                tryNext();
            } else {
                refuse(reply);
            }
        }
    }

    private void awaitClient() {
        if (waiting) {
            return;
        }
        if (!owner.waitingShare().take()) {
            refuse(new OpenReply(OpenCode.TOO_MANY, "too many connections wait for a client"));
            return;
        }
        waiting = true;
        owner.await(this);
        if (owner.choice().anyUsable()) {
            // it came before we stood in line
            clientCame();
        }
    }

    /** A client was attached. Safe for every thread. */
    void clientCame() {
        loop.execute(() -> {
            if (waiting) {
                waitsNoLonger();
                // those that failed before have gone or may have recovered: everybody counts again
                tried.clear();
                tryNext();
            }
        });
    }

    private void waitsNoLonger() {
        if (waiting) {
            waiting = false;
            owner.waitsNoLonger(this);
            owner.waitingShare().give();
        }
    }

    private void expired() {
        StreamEnd open = stream;
        if (joined || refused || isOver()) {
            return;
        }
        // what it answers to that is no news
        stream = null;
        if (open != null) {
            open.reset(ResetMode.ABORT);
        }
        refuse(new OpenReply(
                OpenCode.TIMED_OUT,
                "not reached within " + destination().options().connectTimeout().toSeconds() + " s ("
                        + (open == null || answeredOnce ? last.text() : "the client has not answered") + ")"));
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
        stream = null;
        stopTimers();
        early.release();
        owner.refused(flow, source, reply);
        because("refused: " + reply.text());
        if (context == null) {
            socket.resetSocket();
        } else {
            // the stage answers in its own language and closes
            tellStage(reply);
            deadline = loop.schedule(() -> abort("refused: " + reply.text()), ANSWER_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void tellStage(OpenReply reply) {
        ConnectionContext told = context;
        if (told != null) {
            told.answered(reply);
        }
    }

    private void stopTimers() {
        waitsNoLonger();
        if (deadline != null) {
            deadline.cancel(false);
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
    protected void abortNow() {
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
        tellStage(last);
        if (!refused || carried) {
            AttachedTunnel by = tunnel;
            owner.ended(
                    flow,
                    by == null ? null : by.client(),
                    source,
                    this,
                    loop.ticker().nanoTime() - begun,
                    why);
        }
    }
}
