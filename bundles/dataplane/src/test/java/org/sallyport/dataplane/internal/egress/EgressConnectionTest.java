// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Verdict;
import org.sallyport.dataplane.internal.FailingProtocol;
import org.sallyport.dataplane.internal.TestSurroundings;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.plugin.PluginRegistry;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.Protocol;
import org.sallyport.spi.StreamChannel;
import org.sallyport.testkit.tunnel.MemoryTunnel;

/** What begins after everybody was told to leave does not begin. */
@Timeout(60)
class EgressConnectionTest {
    private static final GatewayId GATEWAY = new GatewayId("0123456789A_test");
    private static final AccessPolicy NEVER = (host, port, address) -> {
        throw new AssertionError("nothing may be dialled any more");
    };

    private final TestSurroundings process = new TestSurroundings();
    private final EgressDestination wanted = destination(1);
    private final Plugin<Protocol> protocol = entered();

    @AfterEach
    void close() {
        process.close();
    }

    @Test
    void aConnectionWhoseDestinationBeganToLeaveIsRefused() throws Exception {
        wanted.leaving(true);
        assertThat(begin().code()).isEqualTo(OpenCode.DRAINING);
        assertThat(wanted.connections().isEmpty()).isTrue();
        assertThat(wanted.traffic().open()).isZero();
    }

    @Test
    void aConnectionWhoseProtocolBeganToLeaveIsRefusedAndTheProtocolIsFree() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        process.get().protocols().watch(new PluginRegistry.Watcher<Protocol>() {
            @Override
            public void added(String name) {
                // none is
            }

            @Override
            public void retired(Plugin<Protocol> plugin) {
                told.countDown();
            }
        });
        CompletableFuture<Void> removed =
                CompletableFuture.runAsync(() -> process.get().protocols().remove(process.plain));
        assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(begin().code()).isEqualTo(OpenCode.PROTOCOL_MISSING);
        removed.get(10, TimeUnit.SECONDS);
    }

    @Test
    void aProtocolThatFailsIsAnsweredAndNothingIsLeft() throws Exception {
        process.get().protocols().add("plain", new FailingProtocol("egress"), 1, 1);
        try (ServerSocket resource = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            EgressDestination reached = destination(resource.getLocalPort());
            assertThat(begin(reached, entered(), (host, port, address) -> new Verdict.Allowed("test"))
                            .code())
                    .isEqualTo(OpenCode.INTERNAL);
            assertThat(reached.connections().isEmpty()).isTrue();
            assertThat(reached.traffic().open()).isZero();
        }
    }

    private EgressDestination destination(int port) {
        return new EgressDestination(
                new Destination(
                        new DestinationId(GATEWAY.stem() + "_00000"),
                        GATEWAY,
                        "one",
                        Direction.CLOUD,
                        "plain",
                        new HostPort("127.0.0.1", port),
                        1024,
                        true,
                        DestinationOptions.DEFAULTS),
                process.get());
    }

    private Plugin<Protocol> entered() {
        Plugin<Protocol> found = process.get().protocols().best("plain");
        if (found == null || !found.enter()) {
            throw new AssertionError("it was installed");
        }
        return found;
    }

    /** {@return what an open is answered that was judged before all that} */
    private OpenReply begin() throws Exception {
        return begin(wanted, protocol, NEVER);
    }

    private OpenReply begin(EgressDestination wanted, Plugin<Protocol> protocol, AccessPolicy access) throws Exception {
        EventLoop loop = process.loops().all().get(1);
        MemoryTunnel.Pair tunnel = MemoryTunnel.connect(loop, loop);
        EgressAcceptor acceptor = new EgressAcceptor(process.get(), new EgressConfig(1, true, false, Map.of(), access));
        tunnel.other().admit((stream, request) -> {
            wanted.traffic().begin(0);
            new EgressConnection(acceptor, stream, request, wanted, access, protocol).start();
        });
        InetSocketAddress source = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
        StreamChannel stream = tunnel.one()
                .open(
                        new OpenRequest(wanted.destination().id(), 1, source, source, Map.of(), 5),
                        new ChannelInboundHandlerAdapter());
        assertThat(stream.opened().await(20, TimeUnit.SECONDS)).isTrue();
        return stream.opened().getNow();
    }
}
