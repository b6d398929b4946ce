// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.TunnelAuthority;
import org.sallyport.api.registry.SecretStore;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.ClientView;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.TunnelService;
import org.sallyport.api.service.TunnelView;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Resource;
import org.sallyport.transport.tls.internal.Wear;

/**
 * Tunnels are replaced under 200 connections that never rest: half of them opened at the server, half at the client, some of
 * them once and for all. Nobody notices.
 */
@ParameterizedClass
@EnumSource
@Timeout(120)
final class RenewalTest {
    private static final int APPLICATIONS = 100;
    private static final int LASTING = 5;
    private static final int RENEWALS = 3;
    private static final long IDS = 1L << 32;
    private static final long NEVER = Long.MAX_VALUE;
    private static final String CERTIFICATE = "tunnel.certificate";

    @Parameter
    Cause cause;

    @RegisterExtension
    private final Site site = new Site(() -> WornTransport.services(cause.wear()));

    /** Why a tunnel is renewed. */
    enum Cause {
        ANOTHER_CERTIFICATE,
        FEW_STREAM_IDS,
        MANY_RECORDS,
        MANY_BYTES;

        Wear wear() {
            return switch (this) {
                case ANOTHER_CERTIFICATE -> Wear.STANDARD;
                case FEW_STREAM_IDS -> new Wear(IDS - 8000, IDS - 7700, NEVER, NEVER);
                case MANY_RECORDS -> new Wear(1, IDS, 2_000, NEVER);
                case MANY_BYTES -> new Wear(1, IDS, NEVER, 8L << 20);
            };
        }
    }

    @Test
    void noByteAndNoConnectionIsLostWhileTunnelsAreRenewed() {
        Resource echo = site.ending(Resource.echo());
        DestinationView inward = site.inward(echo);
        DestinationView outward = site.server().cloud(site.gateway(), "outward", echo.address(), Ports.free());
        ClientNode client = site.client("client");
        ClientId id = client.attach(site.token(), site.server().tunnel());
        HostPort in = site.listening(inward);
        HostPort out = site.listening(outward);
        Set<String> seen = new HashSet<>();
        watch(seen);

        Load load = site.ending(new Load());
        load.apply(in, APPLICATIONS, LASTING);
        load.apply(out, APPLICATIONS, LASTING);
        Await.until("the load begins", () -> load.conversations() > APPLICATIONS);
        if (cause == Cause.ANOTHER_CERTIFICATE) {
            for (int times = 1; times <= RENEWALS; times++) {
                replaceCertificate(times);
                int tunnels = times;
                Await.until("the tunnel is renewed", () -> watch(seen) > tunnels);
            }
        } else {
            Await.until("tunnels are renewed", () -> watch(seen) > RENEWALS);
        }
        long then = load.conversations();
        Await.until("the load goes on", () -> load.conversations() > then + 2 * APPLICATIONS);
        assertThat(clients()).containsExactly(id.value());

        assertThat(load.end()).isEmpty();
        Await.until("what was continued has ended", () -> tunnels().stream()
                .allMatch(tunnel -> tunnel.state().equals("attached")));
        assertThat(clients()).containsExactly(id.value());
        assertThat(client.count(Event.Attached.class)).isEqualTo(1);
        assertThat(client.count(Event.Detached.class)).isZero();
        assertThat(site.server().count(Event.Detached.class)).isZero();
    }

    /** {@return how many tunnels of the client were seen so far} */
    private int watch(Set<String> seen) {
        tunnels().forEach(tunnel -> seen.add(tunnel.remote()));
        return seen.size();
    }

    private List<TunnelView> tunnels() {
        return site.server().get(TunnelService.class).tunnels();
    }

    private List<String> clients() {
        return Node.done(site.server().get(ClientService.class).list()).stream()
                .map(ClientView::id)
                .toList();
    }

    /** Puts another server's certificate into the store, which is no good here, so that a new one is made. */
    private void replaceCertificate(int times) {
        byte[] foreign =
                Node.done(site.server("other" + times).get(SecretStore.class).get(CERTIFICATE));
        SecretStore store = site.server().get(SecretStore.class);
        byte[] before = Node.done(store.get(CERTIFICATE));
        Node.done(store.put(CERTIFICATE, foreign));
        site.server().components().stop(TunnelAuthority.class);
        site.server().components().start(TunnelAuthority.class);
        assertThat(Arrays.equals(before, Node.done(store.get(CERTIFICATE)))).isFalse();
    }
}
