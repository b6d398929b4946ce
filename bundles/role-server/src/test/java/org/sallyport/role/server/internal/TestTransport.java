// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelListener;
import org.sallyport.spi.TunnelTarget;
import org.sallyport.spi.TunnelTransport;
import org.sallyport.wire.control.ControlCodec;

/** Tunnels within this process; ports are numbers only. */
final class TestTransport implements TunnelTransport, AutoCloseable {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("test-tunnels", true), LocalIoHandler.newFactory());
    private final Queue<TestTunnel.Stream> accepted = new ConcurrentLinkedQueue<>();
    private final AtomicInteger freePort = new AtomicInteger(40_000);
    final Set<String> refused = ConcurrentHashMap.newKeySet();
    final Set<Integer> broken = ConcurrentHashMap.newKeySet();
    final Set<Integer> taken = ConcurrentHashMap.newKeySet();
    private final Channel server;
    private volatile Consumer<Tunnel> arrivals;

    TestTransport() {
        server = new ServerBootstrap()
                .group(group)
                .channelFactory(Local::new)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accepted.add((TestTunnel.Stream) channel);
                    }
                })
                .bind(new LocalAddress(TestTransport.class))
                .syncUninterruptibly()
                .channel();
    }

    private static final class Local extends LocalServerChannel {
        @Override
        protected LocalChannel newLocalChannel(LocalChannel peer) {
            return new TestTunnel.Stream(this, peer);
        }
    }

    @Override
    public Future<Tunnel> connect(TunnelTarget target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<TunnelListener> listen(InetSocketAddress address, KeyMaterial identity, Consumer<Tunnel> arrived) {
        if (broken.contains(address.getPort())) {
            throw new IllegalStateException("too many open files");
        }
        int port = address.getPort() == 0 ? freePort.incrementAndGet() : address.getPort();
        if (refused.contains(address.getHostString())) {
            return GlobalEventExecutor.INSTANCE.newFailedFuture(new IOException("Cannot assign requested address"));
        }
        if (!taken.add(port)) {
            return GlobalEventExecutor.INSTANCE.newFailedFuture(new IOException("Address already in use"));
        }
        arrivals = arrived;
        InetSocketAddress bound = new InetSocketAddress(real(address.getAddress()), port);
        return GlobalEventExecutor.INSTANCE.newSucceededFuture(new TunnelListener() {
            @Override
            public InetSocketAddress address() {
                return bound;
            }

            @Override
            public void identity(KeyMaterial next) {}

            @Override
            public Future<Void> close() {
                taken.remove(port);
                return GlobalEventExecutor.INSTANCE.newSucceededFuture(null);
            }
        });
    }

    /** A socket of both families that is bound to all addresses says so in the larger one. */
    private static InetAddress real(InetAddress address) {
        try {
            return address.isAnyLocalAddress() ? InetAddress.getByAddress(new byte[16]) : address;
        } catch (UnknownHostException e) {
            throw new AssertionError("16 bytes always make an address", e);
        }
    }

    @Override
    public String description() {
        return "test";
    }

    /** Connects a client with a key. */
    TestClient client(String key) {
        TestClient client = new TestClient();
        Channel channel = new Bootstrap()
                .group(group)
                .channel(LocalChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel made) {
                        made.pipeline().addLast(ControlCodec.atClient()).addLast(new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext ctx, Object message) {
                                client.received(message);
                            }

                            @Override
                            public void channelInactive(ChannelHandlerContext ctx) {
                                client.ended();
                            }
                        });
                    }
                })
                .connect(server.localAddress())
                .syncUninterruptibly()
                .channel();
        // one connect at a time: the loop has accepted this one when it has run another task
        group.submit(() -> {}).syncUninterruptibly();
        TestTunnel.Stream stream = accepted.remove();
        TestTunnel tunnel = new TestTunnel(
                stream,
                new Tunnel.Peer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000),
                        key,
                        "TLSv1.3 TLS_AES_128_GCM_SHA256"));
        client.begin(channel, tunnel);
        stream.eventLoop().submit(() -> arrivals.accept(tunnel)).syncUninterruptibly();
        return client;
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
