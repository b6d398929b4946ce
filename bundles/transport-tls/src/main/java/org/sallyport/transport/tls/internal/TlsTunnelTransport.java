// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.config.Limits;
import org.sallyport.api.health.HealthCheck;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.service.LimitService;
import org.sallyport.api.service.LimitView;
import org.sallyport.spi.EventLoops;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelListener;
import org.sallyport.spi.TunnelTarget;
import org.sallyport.spi.TunnelTransport;
import org.sallyport.transport.tls.internal.mux.ProcessMemory;
import org.sallyport.transport.tls.internal.proxy.Routes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tunnels over TLS and TCP. When it goes, its ports, tunnels and dials are closed first. */
@Component(service = {TunnelTransport.class, HealthCheck.class, LimitService.class})
public final class TlsTunnelTransport implements TunnelTransport, HealthCheck, LimitService {
    private static final Logger LOG = LoggerFactory.getLogger(TlsTunnelTransport.class);
    private static final int RESOLVERS = 4;
    private static final long IDLE_SECONDS = 10;
    private static final long STOP_MILLIS = 3000;

    private final Surroundings surroundings;
    private final ArrivalGate gate;
    private final Routes routes;
    private final Queue<TunnelListener> ports = new ConcurrentLinkedQueue<>();
    private final ThreadPoolExecutor resolver;
    private volatile boolean stopped;

    /**
     * @param loops on which tunnels live
     * @param limits that are configured
     */
    @Activate
    public TlsTunnelTransport(@Reference EventLoops loops, @Reference Limits limits) {
        this(loops, limits, Wear.STANDARD);
    }

    /**
     * One whose tunnels are to be renewed earlier.
     *
     * @param loops on which tunnels live
     * @param limits that are configured
     * @param wear after which a tunnel is to be renewed
     */
    public TlsTunnelTransport(EventLoops loops, Limits limits, Wear wear) {
        this(loops, new TunnelTerms(TlsContexts.best(), TunnelBounds.of(limits), wear), InetAddress::getAllByName);
    }

    TlsTunnelTransport(EventLoops loops, TunnelTerms terms, Routes.Names names) {
        surroundings = new Surroundings(loops, new LoopPlaces(loops.all()), terms, new LiveConnections());
        gate = new ArrivalGate(terms.bounds()::strangers);
        routes = new Routes(names);
        resolver = new ThreadPoolExecutor(
                RESOLVERS,
                RESOLVERS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("sallyport-tunnel-names", true));
        resolver.allowCoreThreadTimeOut(true);
        LOG.info("tunnel transport: {}", description());
    }

    @Override
    public Future<Tunnel> connect(TunnelTarget target) {
        return TunnelDial.start(surroundings, routes, resolver, target);
    }

    @Override
    public Future<TunnelListener> listen(InetSocketAddress address, KeyMaterial identity, Consumer<Tunnel> arrivals) {
        return TunnelPort.bind(surroundings, gate, address, identity, arrivals)
                .addListener((Future<TunnelListener> bound) -> {
                    if (bound.isSuccess()) {
                        ports.add(bound.getNow());
                        if (stopped) {
                            Future<Void> unused = bound.getNow().close(); // nobody waits any more
                        }
                    }
                });
    }

    @Override
    public String description() {
        return surroundings.transport();
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public Health check() {
        ProcessMemory process = surroundings.terms().bounds().process();
        String text = process.held() / 1024 + " KiB of " + process.most() / 1024 + " KiB are held for carried data, "
                + process.resets() + " connections were reset to keep the bound";
        return process.full()
                ? Health.bad(text
                        + "; new connections are refused until readers read, or have not for 10 s and are reset: see who does"
                        + " not, or raise the bound")
                : Health.good(text);
    }

    @Override
    public List<LimitView> limits() {
        return surroundings.terms().bounds().views(gate.strangers());
    }

    /** Closes ports, tunnels and what may become one, and waits for what was looked up for them; within 3 s. */
    @Deactivate
    public void stop() {
        long begun = System.nanoTime();
        stopped = true;
        for (TunnelListener port : ports) {
            port.close().awaitUninterruptibly(left(begun), TimeUnit.MILLISECONDS);
        }
        surroundings.live().closeAll(left(begun));
        resolver.shutdownNow();
        try {
            if (!resolver.awaitTermination(left(begun), TimeUnit.MILLISECONDS)) {
                LOG.warn("tunnel transport: the system still looks up a name, and cannot be asked to end that");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.info("tunnel transport: stopped in {} ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }

    private static long left(long begun) {
        return Math.max(0, STOP_MILLIS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }
}
