// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.TunnelService;
import org.sallyport.testkit.resource.Resource;

/** What applications do, however often, ends no tunnel: only a wrong end does what the other end counts as a flood. */
@Timeout(120)
final class FloodTest {
    /** More than the other end bears within 10 s. */
    private static final int CONNECTIONS = 12_000;

    private static final long FLOOD_SECONDS = 8;
    private static final int CONNECT_MILLIS = 100;

    @RegisterExtension
    private final Site site = new Site();

    @Test
    void connectionsThatAreResetAtOnceAtAListenPortLeaveTheTunnelAlone() throws IOException {
        DestinationView flooded = site.inward(site.ending(Resource.refusing()));
        DestinationView other = site.server()
                .onPremises(site.gateway(), "other", site.resource().address());
        site.server().allow(site.gateway(), site.resource().address());
        ClientNode client = site.client("client");
        site.server().heard(List.of(client.attach(site.token(), site.server().tunnel())));
        HostPort listen = site.listening(flooded);
        Instant since = since(site.server());

        flood(listen);

        assertThat(site.server().count(Event.Detached.class)).isZero();
        assertThat(since(site.server())).isEqualTo(since);
        assertThat(Named.ask(site.listening(other), "x")).isEqualTo("office\nx");
    }

    @Test
    void connectionsThatAreResetAtOnceAtAClientPortLeaveTheTunnelAlone() throws IOException {
        DestinationView flooded = site.server()
                .cloud(
                        site.gateway(),
                        "flooded",
                        site.ending(Resource.refusing()).address(),
                        Ports.free());
        DestinationView other =
                site.server().cloud(site.gateway(), "other", site.resource().address(), Ports.free());
        ClientNode client = site.client("client");
        site.server().heard(List.of(client.attach(site.token(), site.server().tunnel())));
        HostPort port = site.listening(flooded);
        Instant since = since(client);

        flood(port);

        assertThat(site.server().count(Event.Detached.class)).isZero();
        assertThat(since(client)).isEqualTo(since);
        assertThat(Named.ask(site.listening(other), "x")).isEqualTo("office\nx");
    }

    private static Instant since(Node node) {
        return node.get(TunnelService.class).tunnels().get(0).since();
    }

    /** Connects and resets, until that was done too often or the accept queue has been full for a while. */
    private static void flood(HostPort listen) throws IOException {
        InetSocketAddress address = new InetSocketAddress(listen.host(), listen.port());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(FLOOD_SECONDS);
        for (int i = 0; i < CONNECTIONS && System.nanoTime() < end; i++) {
            try (Socket application = new Socket()) {
                application.setSoLinger(true, 0);
                application.connect(address, CONNECT_MILLIS);
            } catch (SocketTimeoutException full) {
                // it would wait in the kernel until there is room
            }
        }
    }
}
