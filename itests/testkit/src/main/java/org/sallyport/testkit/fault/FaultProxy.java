// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.fault;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.DuplexChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.spi.EventLoops;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.NioLoops;

/**
 * A proxy for TCP connections that does harm to them, on demand; without being told anything it just carries. Close it at the
 * end, which resets its connections.
 *
 * <p>As a process, once the module is packaged:
 *
 * <pre>{@code
 * java -jar itests/testkit/target/sallyport-testkit-0.1.0-SNAPSHOT.jar LISTEN SERVER [OPTION…]
 * java -jar itests/testkit/target/sallyport-testkit-0.1.0-SNAPSHOT.jar 127.0.0.1:0 127.0.0.1:7777 delay=100ms toClient.rate=10M
 * }</pre>
 *
 * It says {@code listening on ADDRESS} when it does, takes further options from its standard input, a line at a time, and runs
 * until it is ended. An option holds for both directions, or for one with {@code toServer.} or {@code toClient.} before it:
 *
 * <pre>
 * delay=100ms  jitter=20ms  rate=10M (bytes a second)  hold=64M (bytes)  chop=3 (bytes)
 * stall  freeze  blackhole  resume  heal
 * cut=5000  cut=5000,fin  cut=5000,reset,client
 * </pre>
 *
 * {@code refuse}, {@code accept}, {@code reset} and {@code show} are for the whole, {@code seed=1} for the start.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int BACKLOG = 1_024;
    static final long USUAL_SEED = 1;

    private final EventLoops loops;
    private final EventLoop loop;
    private final Runnable afterwards;
    private final long seed;
    private final InetSocketAddress address;
    private final Lane toServer;
    private final Lane toClient;
    private final ChannelGroup sockets;
    private final Set<Link> links = new LinkedHashSet<>();
    private HostPort server;
    private int accepted;
    private @Nullable Channel listener;
    private @Nullable Socket placeholder;
    private boolean closed;

    /**
     * @param listen where it listens; port 0 for a free one
     * @param server where connections lead to
     * @param loops one of these does all the work; they are not closed
     * @param seed what is left to chance comes from it
     */
    public FaultProxy(HostPort listen, HostPort server, EventLoops loops, long seed) {
        this(listen, server, loops, seed, () -> {});
    }

    private FaultProxy(HostPort listen, HostPort server, EventLoops loops, long seed, Runnable afterwards) {
        this.loops = loops;
        this.server = server;
        this.seed = seed;
        this.afterwards = afterwards;
        loop = loops.next();
        toServer = new Lane(loop);
        toClient = new Lane(loop);
        sockets = new DefaultChannelGroup(loop);
        listener = listen(new InetSocketAddress(listen.host(), listen.port()));
        address = (InetSocketAddress) listener.localAddress();
    }

    /** {@return one on a loopback port that the system chose, with a loop of its own} */
    public static FaultProxy before(HostPort server) {
        return before(server, new HostPort("127.0.0.1", 0), USUAL_SEED);
    }

    /** {@return one that listens there, with a loop of its own} */
    static FaultProxy before(HostPort server, HostPort listen, long seed) {
        NioLoops own = new NioLoops(1);
        try {
            return new FaultProxy(listen, server, own, seed, own::close);
        } catch (RuntimeException e) {
            own.close();
            throw e;
        }
    }

    /** {@return where clients connect} */
    public HostPort address() {
        return new HostPort(address.getAddress().getHostAddress(), address.getPort());
    }

    /** {@return what goes from clients to the server} */
    public Lane toServer() {
        return toServer;
    }

    /** {@return what goes from the server to clients} */
    public Lane toClient() {
        return toClient;
    }

    /** Tells both lanes the same. */
    public FaultProxy bothWays(Consumer<Lane> told) {
        OnLoop.run(loop, () -> {
            told.accept(toServer);
            told.accept(toClient);
        });
        return this;
    }

    /** New connections lead somewhere else from now on. */
    public void leadTo(HostPort next) {
        OnLoop.run(loop, () -> server = next);
    }

    /** {@return the connections that are there now, in the order in which they came} */
    public List<Link> connections() {
        return OnLoop.get(loop, () -> List.copyOf(links));
    }

    /** {@return how many connections came so far, whether they reached the server or not} */
    public int accepted() {
        return OnLoop.get(loop, () -> accepted);
    }

    /**
     * Resets all connections, now.
     *
     * @param sides who sees it; both if none is named. For who doesn't, the other end just fell silent
     */
    public void reset(Side... sides) {
        OnLoop.run(loop, () -> List.copyOf(links).forEach(link -> link.reset(sides)));
    }

    /** Refuses new connections, as a port does on which nobody listens. Those that are there go on. */
    public synchronized void refuseConnections() {
        if (listener != null) {
            stopListening(listener);
            listener = null;
            Socket next = new Socket();
            placeholder = next;
            // the system closes the port when the loop looks for events the next time
            Await.until(address + " is free to be kept", () -> isBound(next));
        }
    }

    private boolean isBound(Socket socket) {
        try {
            socket.setReuseAddress(true);
            socket.bind(address);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Accepts new connections again. */
    public synchronized void acceptConnections() {
        if (listener == null && !closed) {
            listener = listen(address);
            letGo();
        }
    }

    private void stopListening(Channel old) {
        OnLoop.done("to stop listening on " + address, old.close());
    }

    private void letGo() {
        try {
            if (placeholder != null) {
                placeholder.close();
            }
            placeholder = null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Channel listen(InetSocketAddress where) {
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channelFactory(loops::serverSocket)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<DuplexChannel>() {
                    @Override
                    protected void initChannel(DuplexChannel channel) {
                        connect(channel);
                    }
                })
                .bind(where);
        OnLoop.done("to listen on " + where, bound);
        return bound.channel();
    }

    private void connect(DuplexChannel client) {
        int number = ++accepted;
        sockets.add(client);
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channelFactory(loops::socket)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new InetSocketAddress(server.host(), server.port()));
        sockets.add(connected.channel());
        connected.addListener(result -> {
            if (result.isSuccess()) {
                link(number, client, (DuplexChannel) connected.channel());
            } else {
                Link.resetNow(client);
            }
        });
    }

    private void link(int number, DuplexChannel client, DuplexChannel behind) {
        Link link = new Link(number, client, behind, toServer, toClient, new SplittableRandom(seed + number));
        links.add(link);
        link.begin();
        link.whenEnded(() -> links.remove(link));
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (listener != null) {
            stopListening(listener);
        }
        letGo();
        reset();
        OnLoop.run(loop, () -> sockets.forEach(socket -> Link.resetNow((DuplexChannel) socket)));
        OnLoop.done("to close " + sockets.size() + " sockets", sockets.newCloseFuture());
        afterwards.run();
    }

    /**
     * Runs it as a process.
     *
     * @param arguments as told above
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        FaultCommand command = new FaultCommand(System.out);
        try (FaultProxy proxy = command.start(List.of(arguments))) {
            System.out.println("listening on " + proxy.address());
            command.obey(proxy, new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
            proxy.loop.terminationFuture().await(); // nobody ends it but the system
        } catch (IllegalArgumentException | IllegalStateException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }
}
