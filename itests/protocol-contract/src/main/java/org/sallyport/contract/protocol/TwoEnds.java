// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.sallyport.api.Cidr;
import org.sallyport.api.ClientId;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.State;
import org.sallyport.api.Verdict;
import org.sallyport.dataplane.internal.io.NameResolver;
import org.sallyport.dataplane.internal.io.NettyEventLoops;
import org.sallyport.dataplane.internal.tls.LegKeys;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.spi.PlaneConfig;
import org.sallyport.spi.ProbeReport;
import org.sallyport.spi.Protocol;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.tunnel.MemoryTunnel;

/**
 * A gateway whose applications are at one end, and several ends that dial: each a data plane of its own on the same event
 * loops, with tunnels in memory between them. Close it at the end.
 */
public final class TwoEnds implements AutoCloseable {
    /** The gateway. */
    public static final GatewayId GATEWAY = new GatewayId("0123456789A_test");

    private static final long LIMIT_SECONDS = 20;
    private static final int DECOYS = 4;

    private final NettyEventLoops loops;
    private final TestLegs legs = new TestLegs();
    private final LegKeys keys = new LegKeys();
    private final Way way;
    private final PlaneEnd ingress;
    private final List<PlaneEnd> dialling = new ArrayList<>();
    private final List<MemoryTunnel> tunnels = new ArrayList<>();
    private final List<MemoryTunnel> decoys = new ArrayList<>();
    private final List<AccessPolicy> access = new ArrayList<>();
    private final List<Destination> destinations = new ArrayList<>();
    private final String protocol;
    private final Protocol service;
    private boolean gatewayEnabled = true;
    private AccessPolicy ingressAccess = (host, port, address) -> new Verdict.Allowed("test");
    private List<Cidr> trustedProxies = List.of();
    private Duration grace = Duration.ZERO;
    private Duration drain = Duration.ofSeconds(10);
    private long revision;

    /**
     * @param way that connections take
     * @param system says which kind of event loops are used
     * @param protocol its name
     * @param service is installed at all ends
     */
    public TwoEnds(Way way, Properties system, String protocol, Protocol service) {
        this.way = way;
        this.protocol = protocol;
        this.service = service;
        Properties two = new Properties();
        two.putAll(system);
        two.setProperty("sallyport.io.loops", "2");
        loops = new NettyEventLoops(two);
        keys.bind(legs);
        ingress = new PlaneEnd(loops, GATEWAY, new NameResolver(), keys);
        ingress.protocols().add(protocol, service, 0, 0);
        if (way.acrossLoops()) {
            for (int i = 0; i < DECOYS; i++) {
                // usable, on the first loop, and refusing: the connection moves on to a tunnel on the second loop
                MemoryTunnel.Pair decoy = MemoryTunnel.connect(loop(0), loop(0));
                decoys.add(decoy.one());
                ingress.gateway().add(client("0" + i), decoy.one());
            }
        }
    }

    public EventLoop loop(int index) {
        return loops.all().get(index);
    }

    /** {@return the keys and trust that both ends use} */
    public TestLegs legs() {
        return legs;
    }

    public PlaneEnd ingress() {
        return ingress;
    }

    /** {@return the end that dials, in the order of {@link #attach}} */
    public PlaneEnd dialling(int index) {
        return dialling.get(index);
    }

    /** {@return how many tunnels were attached} */
    public int tunnels() {
        return tunnels.size();
    }

    /** {@return the ingress side of a tunnel, in the order of {@link #attach}} */
    public MemoryTunnel tunnel(int index) {
        return tunnels.get(index);
    }

    /** Adds an end that dials whatever it is asked to. */
    public TwoEnds attach() {
        return attach((host, port, address) -> new Verdict.Allowed("test"));
    }

    /** Adds an end that dials what it may. */
    public TwoEnds attach(AccessPolicy policy) {
        return attach(policy, new NameResolver());
    }

    /** Adds an end that dials what it may and resolves names as it is told. */
    public TwoEnds attach(AccessPolicy policy, NameResolver names) {
        PlaneEnd end = new PlaneEnd(loops, GATEWAY, names, keys);
        end.protocols().add(protocol, service, 0, 0);
        dialling.add(end);
        access.add(policy);
        MemoryTunnel.Pair pair = connect();
        end.gateway().add(client("Z" + tunnels.size()), pair.other());
        ingress.gateway().add(client("Z" + tunnels.size()), pair.one());
        return this;
    }

    /** Adds a tunnel on which streams are reset instead of answered; there is no end that dials behind it. */
    public TwoEnds attachRefusing() {
        MemoryTunnel.Pair pair = connect();
        ingress.gateway().add(client("Z" + tunnels.size()), pair.one());
        return this;
    }

    private MemoryTunnel.Pair connect() {
        EventLoop here = loop(way.acrossLoops() ? 1 : 0);
        MemoryTunnel.Pair pair = MemoryTunnel.connect(here, here);
        tunnels.add(pair.one());
        return pair;
    }

    private static ClientId client(String last) {
        return new ClientId(GATEWAY.stem() + "_" + "0".repeat(3 - last.length()) + last);
    }

    /** Adds a destination; {@link #apply} makes it known. */
    public Destination destination(HostPort resource, DestinationOptions options) {
        Destination made = new Destination(
                new DestinationId(GATEWAY.stem() + "_" + String.format("%05d", destinations.size())),
                GATEWAY,
                "destination " + destinations.size(),
                way.direction(),
                protocol,
                resource,
                freePort(),
                true,
                options);
        destinations.add(made);
        return made;
    }

    /** Replaces a destination by a changed one. */
    public void change(Destination changed) {
        destinations.replaceAll(old -> old.id().equals(changed.id()) ? changed : old);
    }

    /** Removes a destination. */
    public void remove(Destination destination) {
        destinations.removeIf(old -> old.id().equals(destination.id()));
    }

    /** Enables or disables the gateway. */
    public void gatewayEnabled(boolean enabled) {
        gatewayEnabled = enabled;
    }

    /** Replaces what all ends that dial may, and what the ingress knows of it. */
    public void access(AccessPolicy policy) {
        access.replaceAll(old -> policy);
        ingressAccess = policy;
    }

    /** Sets whose word about who an application is counts. */
    public void trustedProxies(List<Cidr> proxies) {
        trustedProxies = proxies;
    }

    /** Sets how long listeners stay without a client, and connections of what goes. */
    public void times(Duration listenGrace, Duration drainTimeout) {
        grace = listenGrace;
        drain = drainTimeout;
    }

    /** Applies everything at all ends; {@return the states at the ingress} */
    public Map<DestinationId, State> apply() {
        revision++;
        for (int i = 0; i < dialling.size(); i++) {
            await(dialling.get(i).gateway().apply(config(List.of(), destinations, access.get(i))));
        }
        return await(applyIngress());
    }

    /** Applies everything at the ingress alone. */
    public CompletionStage<Map<DestinationId, State>> applyIngress() {
        return ingress.gateway().apply(config(destinations, List.of(), ingressAccess));
    }

    /** Makes the next {@link #applyIngress} a newer configuration than any end that dials has. */
    public void newerRevision() {
        revision++;
    }

    /** Applies the newest configuration at one end that dials. */
    public void applyDialling(int index) {
        await(dialling.get(index).gateway().apply(config(List.of(), destinations, access.get(index))));
    }

    private PlaneConfig config(List<Destination> here, List<Destination> there, AccessPolicy policy) {
        return new PlaneConfig(
                revision,
                gatewayEnabled,
                here,
                there,
                policy,
                trustedProxies,
                way.acrossLoops() ? PlaneEnd.DECOY_FIRST : PlaneEnd.IN_TURN,
                "127.0.0.1",
                grace,
                drain);
    }

    /** Adds a destination, applies it, and {@return where applications connect} */
    public HostPort listening(HostPort resource, DestinationOptions options) {
        Destination made = destination(resource, options);
        return listening(made);
    }

    /** Applies everything, waits for what needs a moment, and {@return where applications connect} */
    public HostPort listening(Destination destination) {
        apply();
        Await.until(
                "the certificates are read",
                () -> !status(destination).state().cause().contains("being read"));
        return listening(destination, status(destination).state());
    }

    /** {@return where a destination listens} */
    public static HostPort listening(Destination destination, State state) {
        if (state instanceof State.Listening listening) {
            return listening.address();
        }
        throw new AssertionError(destination.name() + " does not listen: " + state);
    }

    /** {@return where applications connect to a resource, with standard options} */
    public HostPort listening(HostPort resource) {
        return listening(resource, DestinationOptions.DEFAULTS);
    }

    /** {@return the figures of a destination at the ingress} */
    public GatewayPlane.Status status(Destination destination) {
        GatewayPlane.Status status = ingress.gateway().status(destination.id());
        if (status == null) {
            throw new AssertionError(destination.name() + " is not known");
        }
        return status;
    }

    /** {@return what the end that dials tells of the way to the first destination's resource} */
    public ProbeReport trial() {
        Future<ProbeReport> report = dialling(0).gateway().probe(only().id());
        if (!report.awaitUninterruptibly(20, TimeUnit.SECONDS)) {
            throw new AssertionError("no report within 20 s");
        }
        return report.getNow();
    }

    /** {@return the first destination, mostly the only one} */
    public Destination only() {
        return destinations.get(0);
    }

    /** {@return a destination, in the order in which they were added} */
    public Destination destinationAt(int index) {
        return destinations.get(index);
    }

    /** Says whether all tunnels are busy: up, and without room for a stream. */
    public void busy(boolean busy) {
        decoys.forEach(tunnel -> tunnel.usable(!busy));
        tunnels.forEach(tunnel -> tunnel.usable(!busy));
    }

    /** Takes the protocol away where applications connect; returns when nobody runs its code any more. */
    public void removeProtocol() {
        ingress.protocols().remove(service);
    }

    /** Closes all tunnels at once. */
    public void loseAll() {
        decoys.forEach(tunnel -> tunnel.close("lost"));
        tunnels.forEach(tunnel -> tunnel.close("lost"));
    }

    /** {@return what comes of something, within a limit} */
    public static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** {@return a port that was free a moment ago} */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        ingress.close();
        dialling.forEach(PlaneEnd::close);
        // what is still in streams that nobody reads any more is released with them
        loseAll();
        Await.until("all streams have ended", () -> Stream.concat(decoys.stream(), tunnels.stream())
                .allMatch(MemoryTunnel::isOver));
        keys.close();
        loops.stop();
    }
}
