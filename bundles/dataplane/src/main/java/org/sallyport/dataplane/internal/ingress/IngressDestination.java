// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Bandwidth;
import org.sallyport.api.Cidr;
import org.sallyport.api.ClientId;
import org.sallyport.api.Destination;
import org.sallyport.api.HostPort;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.State;
import org.sallyport.api.Transport;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.Leg;
import org.sallyport.dataplane.internal.context.Surroundings;
import org.sallyport.dataplane.internal.limits.ArrivalRates;
import org.sallyport.dataplane.internal.limits.ByteRate;
import org.sallyport.dataplane.internal.limits.DropLog;
import org.sallyport.dataplane.internal.limits.RefusalLog;
import org.sallyport.dataplane.internal.limits.Share;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.relay.Connection;
import org.sallyport.dataplane.internal.relay.ConnectionGroup;
import org.sallyport.dataplane.internal.relay.Traffic;
import org.sallyport.dataplane.internal.tls.TlsLeg;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.PlaneConfig;
import org.sallyport.spi.ProbeReport;
import org.sallyport.spi.Protocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A destination whose applications connect here: whether it listens, and its connections. Methods say so when they may be
 * called on other threads than the control loop.
 *
 * <p>When a destination is changed, its open connections go on as they were begun, and new ones follow the change; its
 * listener is touched only when address or port have changed. Bandwidth is that of all of them together, so a change of it
 * applies to those that are open, too.
 */
public final class IngressDestination {
    private static final Logger LOG = LoggerFactory.getLogger(IngressDestination.class);
    private static final long LOOK_MILLIS = 100;

    private final Surroundings surroundings;
    private final PortBook ports;
    private final AttachedTunnels tunnels;
    private final String gatewayName;
    private final TunnelChoice choice;
    private final Share waitingShare;
    private final Share handshakeShare;
    private final Share flowShare;
    private final ConnectionGroup connections = new ConnectionGroup();
    private final Traffic traffic = new Traffic();
    /** Of connections beyond the limit, while they are answered. */
    private final Traffic surplus = new Traffic();

    private final RefusalLog refusals = new RefusalLog();
    private final DropLog drops = new DropLog();
    private final RefusalLog tooMany = RefusalLog.ofLimit();
    private final ByteRate rateIn = new ByteRate();
    private final ByteRate rateOut = new ByteRate();
    private final LongSupplier nanos;
    private final ArrivalRates rates;
    private final TlsLeg tls;
    private final Set<ClientSearch> waiting = ConcurrentHashMap.newKeySet();

    private volatile Destination destination;
    private volatile PlaneConfig config;
    /** Counts how often what may be dialled was another; written by the control loop. */
    private final AtomicLong judgement = new AtomicLong();

    private volatile State state = new State.Waiting("not applied yet");
    /** Set while its connections are on their way out and no new ones may begin. */
    private volatile boolean leaving;

    private boolean looking;
    private boolean removed;
    private Listener.@Nullable Port wanted;
    private @Nullable Listener listener;

    /**
     * @param surroundings of all gateways
     * @param ports of this process
     * @param tunnels of the gateway
     * @param gatewayName for messages
     * @param nanos the clock
     * @param destination what it is
     * @param config that it is part of
     * @param reconsider has to decide anew about this destination
     */
    public IngressDestination(
            Surroundings surroundings,
            PortBook ports,
            AttachedTunnels tunnels,
            String gatewayName,
            LongSupplier nanos,
            Destination destination,
            PlaneConfig config,
            Consumer<IngressDestination> reconsider) {
        this.surroundings = surroundings;
        this.ports = ports;
        this.tunnels = tunnels;
        this.gatewayName = gatewayName;
        this.destination = destination;
        this.config = config;
        rates = new ArrivalRates(surroundings.limits());
        waitingShare = new Share(surroundings.limits().waiting());
        handshakeShare = new Share(surroundings.limits().handshakes());
        flowShare = new Share(surroundings.limits().datagramFlows());
        tls = new TlsLeg(
                surroundings.legs(),
                Leg.INGRESS,
                surroundings.control(),
                () -> reconsider.accept(this),
                Clock.systemUTC());
        choice = new TunnelChoice(tunnels, surroundings.policies(), nanos);
        this.nanos = nanos;
        limitBandwidth();
    }

    // ------------------------------------------------------------------ configuration and state

    /** Takes over a newer configuration; {@link #decide} and {@link #openIfWanted} carry it out. */
    public void update(Destination newer, PlaneConfig newerConfig) {
        boolean otherwise = !Objects.equals(newerConfig.access(), config.access());
        destination = newer;
        config = newerConfig;
        if (otherwise) {
            // last, so that whoever opens by it opens with the newer revision
            judgement.incrementAndGet();
        }
        limitBandwidth();
    }

    private void limitBandwidth() {
        Bandwidth bandwidth = destination.options().bandwidth();
        rateIn.limit(bandwidth.in(), nanos.getAsLong());
        rateOut.limit(bandwidth.out(), nanos.getAsLong());
    }

    /**
     * Decides anew whether to listen, and closes a listener that is no longer wanted.
     *
     * @param clients whether a client is attached, or was within the grace
     * @return completes when what had to be closed is
     */
    public CompletionStage<Void> decide(boolean clients) {
        Destination now = destination;
        boolean policyInstalled = choice.bind(config.balancer());
        Plugin<Protocol> protocol = surroundings.protocols().best(now.protocol());
        tls.follow(
                now,
                removed || protocol == null
                        ? LegSecurity.NONE
                        : protocol.service().ingressSecurity());
        State obstacle = removed
                ? new State.Disabled("the destination was removed")
                : Readiness.obstacle(
                        config.enabled(),
                        now,
                        protocol == null ? null : protocol.service(),
                        tls.obstacle(),
                        policyInstalled,
                        config.balancer(),
                        clients);
        wanted = obstacle == null
                ? new Listener.Port(now.transport(), new HostPort(config.listenAddress(), now.listenPort()))
                : null;
        if (obstacle != null) {
            tell(obstacle);
        }
        boolean stays = !removed && config.enabled() && now.enabled();
        if (stays) {
            leaving = false;
        } else if (!leaving) {
            leaving = true;
            LOG.debug("{}: destination {} takes no more connections", gatewayName, now.id());
        }
        return closeUnwanted();
    }

    private CompletionStage<Void> closeUnwanted() {
        Listener open = listener;
        if (open == null || open.target().equals(wanted)) {
            return CompletableFuture.completedFuture(null);
        }
        return open.close().thenRun(() -> {
            if (listener == open) {
                listener = null;
            }
        });
    }

    /** Opens the listener that was decided on; completes when it listens or has failed. */
    public CompletionStage<Void> openIfWanted() {
        Listener.Port target = wanted;
        Listener open = listener;
        if (target == null) {
            return CompletableFuture.completedFuture(null);
        }
        if (open != null) {
            return open.target().equals(target)
                    ? open.settled()
                    : closeUnwanted().thenCompose(done -> openIfWanted());
        }
        List<AttachedTunnel> attached = tunnels.all();
        EventLoop loop = attached.isEmpty()
                ? surroundings.loops().next()
                : attached.get(0).tunnel().eventLoop();
        Listener made = new Listener(surroundings, ports, gatewayName, target, loop, door(target), this::tellOpen);
        listener = made;
        made.open();
        return made.settled();
    }

    private Listener.Door door(Listener.Port port) {
        return port.transport() == Transport.UDP
                ? address -> new FlowTable(this, flowShare).socket(address)
                : address -> new Acceptor(gatewayName, port, new ConnectionArrivals(this)).socket(surroundings.loops());
    }

    private void tellOpen(State now) {
        if (wanted != null) {
            tell(now);
        }
    }

    private void tell(State now) {
        if (!now.equals(state)) {
            state = now;
            surroundings.events().publish(new Event.DestinationChanged(destination.gateway(), destination.id(), now));
        }
    }

    /** {@return what is true now; on every thread} */
    public State state() {
        return state;
    }

    /** {@return whether its listener should be open and is not; on every thread} */
    public boolean isFailed() {
        return state instanceof State.Failed;
    }

    /** {@return whether applications can connect; on every thread} */
    public boolean isListening() {
        return state instanceof State.Listening;
    }

    public Destination destination() {
        return destination;
    }

    /**
     * Takes it away, to {@link #decide} on.
     */
    public void remove() {
        removed = true;
    }

    /**
     * Lets its connections finish.
     *
     * @param deadline when they are reset
     * @param reason of the reset
     * @return completes when there are none
     */
    public CompletionStage<Void> drain(Duration deadline, String reason) {
        return connections.drain(any -> true, deadline, reason, surroundings.control());
    }

    /** Lets those connections finish that use this protocol. */
    public CompletionStage<Void> drain(Plugin<Protocol> protocol, Duration deadline, String reason) {
        return connections.drain(one -> one.protocol() == protocol, deadline, reason, surroundings.control());
    }

    /** A tunnel was attached. */
    public void clientCame() {
        waiting.forEach(ClientSearch::clientCame);
    }

    /** A tunnel is gone. */
    public void clientWent(AttachedTunnel tunnel) {
        choice.forget(tunnel);
    }

    // ------------------------------------------------------------------ connections, on any loop

    /**
     * Somebody wants in. Who gets in has entered the destination's protocol, and has to {@linkplain #takePlace take a place};
     * whoever does not because of where he is is counted and told of.
     *
     * @return the protocol that carries the connection, null when there is none for this source
     */
    @Nullable
    Plugin<Protocol> admit(InetSocketAddress source) {
        Destination now = destination;
        if (!now.options().sources().allows(source)) {
            refused(surroundings.nextFlow(), source, denied(now, source));
            return null;
        }
        Plugin<Protocol> protocol = surroundings.protocols().best(now.protocol());
        if (leaving || protocol == null || !protocol.enter()) {
            return null;
        }
        return protocol;
    }

    /** Takes a place for a connection that was let in; {@return why there is none, null when it was taken} */
    @Nullable
    OpenReply takePlace(InetSocketAddress source) {
        int most = destination.options().maxConnections();
        if (traffic.begin(most)) {
            return null;
        }
        OpenReply reply = new OpenReply(OpenCode.TOO_MANY, "the limit of " + most + " connections is reached");
        refused(tooMany, surroundings.nextFlow(), source, reply);
        return reply;
    }

    private static OpenReply denied(Destination destination, InetSocketAddress source) {
        return new OpenReply(
                OpenCode.DENIED,
                "no source rule lets " + source.getAddress().getHostAddress() + " in; destination:rule "
                        + destination.id() + " add " + source.getAddress().getHostAddress() + " does");
    }

    /** {@return how fast connections may come} */
    ArrivalRates rates() {
        return rates;
    }

    /** {@return whether tunnels have too much to do with connections that came to nothing} */
    boolean isBehind() {
        return tunnels.anyBehind();
    }

    /** Datagrams found no room. */
    void dropped(int count) {
        traffic.dropped(count);
        drops.dropped(destination.id(), count);
    }

    Surroundings surroundings() {
        return surroundings;
    }

    ConnectionGroup connections() {
        return connections;
    }

    public Traffic traffic() {
        return traffic;
    }

    /** {@return where connections beyond the limit count} */
    Traffic surplus() {
        return surplus;
    }

    /** {@return a number that changes when what may be dialled does; on every thread} */
    long judgement() {
        return judgement.get();
    }

    /** {@return whether an address is a proxy's whose word counts; on every thread} */
    boolean trusts(InetAddress source) {
        for (Cidr proxy : config.trustedProxies()) {
            if (proxy.contains(source)) {
                return true;
            }
        }
        return false;
    }

    /** {@return how many connections may wait for a client} */
    Share waitingShare() {
        return waitingShare;
    }

    /** {@return how many handshakes with applications may be under way} */
    Share handshakeShare() {
        return handshakeShare;
    }

    /** {@return what bounds the bytes from applications} */
    ByteRate rateIn() {
        return rateIn;
    }

    /** {@return what bounds the bytes to applications} */
    ByteRate rateOut() {
        return rateOut;
    }

    /** {@return TLS with applications} */
    TlsLeg tls() {
        return tls;
    }

    /** {@return what applications are shown; on every thread} */
    public ProbeReport probe() {
        return ShownCertificate.report(tls, Instant.now());
    }

    TunnelChoice choice() {
        return choice;
    }

    long revision() {
        return config.revision();
    }

    /** {@return whether no new connections may begin; on every thread} */
    public boolean isLeaving() {
        return leaving;
    }

    void await(ClientSearch search) {
        waiting.add(search);
        surroundings.control().execute(this::lookForClients);
    }

    /** A tunnel that was busy does not tell when it is not; so somebody looks while connections wait. */
    private void lookForClients() {
        if (!looking && !waiting.isEmpty()) {
            looking = true;
            lookAgain();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // goes on until nobody waits
    private void lookAgain() {
        if (waiting.isEmpty()) {
            looking = false;
            return;
        }
        if (choice.anyUsable()) {
            clientCame();
        }
        surroundings.control().schedule(this::lookAgain, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    void waitsNoLonger(ClientSearch search) {
        waiting.remove(search);
    }

    /** A connection was refused. */
    void refused(long flow, InetSocketAddress source, OpenReply reply) {
        refused(refusals, flow, source, reply);
    }

    private void refused(RefusalLog log, long flow, InetSocketAddress source, OpenReply reply) {
        traffic.refused();
        log.refused(destination.id(), text(source), reply);
        surroundings
                .events()
                .publish(new Event.FlowRefused(
                        flow, destination.id(), text(source), reply.code().name(), reply.text()));
    }

    /** A connection was reset before it had sent anything. On any thread. */
    void fruitless(InetSocketAddress source) {
        rates.fruitless(source.getAddress());
    }

    /** A connection ended. */
    void ended(
            long flow,
            @Nullable ClientId client,
            InetSocketAddress source,
            Connection connection,
            long lastedNanos,
            String why) {
        surroundings
                .events()
                .publish(new Event.FlowEnded(
                        flow,
                        destination.id(),
                        client,
                        text(source),
                        connection.fromSocket(),
                        connection.fromStream(),
                        Duration.ofNanos(lastedNanos),
                        why));
    }

    private static String text(InetSocketAddress address) {
        return new HostPort(address.getAddress().getHostAddress(), address.getPort()).toString();
    }
}
