// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.api.config.ClientSettings;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.config.ServerSettings;
import org.sallyport.api.config.SettingKey;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.ClientIdentity;
import org.sallyport.api.pki.TokenReader;
import org.sallyport.api.registry.GatewayRegistry;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.LimitView;
import org.sallyport.api.service.TunnelService;
import org.sallyport.api.service.TunnelView;
import org.sallyport.testkit.resource.Conversation;

/** Services that go and come back, and settings that change, under tunnels that carry. */
@Timeout(120)
final class DynamicsTest {
    @RegisterExtension
    private final Site site = new Site();

    @Test
    void whileTheRegistryIsAwayConnectionsGoOnAndAttachesWait() throws IOException {
        DestinationView inward = site.inward(site.resource());
        site.client("one").attach(site.token(), site.server().tunnel());
        HostPort listen = site.listening(inward);

        site.server().components().stop(GatewayRegistry.class);
        assertThat(Named.ask(listen, "x")).isEqualTo("office\nx");
        Path file = Files.writeString(site.directory().resolve("token"), site.token());
        ClientNode two = site.client("two", Map.of("token.files", file.toString()));
        assertThat(two.await(Event.AttachRefused.class)).satisfies(refused -> {
            assertThat(refused.code()).isEqualTo("unavailable");
            assertThat(refused.retry()).isNotNull();
        });

        site.server().components().start(GatewayRegistry.class);
        two.await(Event.Attached.class);
        assertThat(two.count(Event.NothingLeftToAttach.class)).isZero();
    }

    @Test
    void settingsChangeUnderRunningTunnels() throws IOException {
        HostPort port = ServerNode.local(site.server()
                .cloud(site.gateway(), "outward", site.resource().address(), Ports.free())
                .listen());
        ClientNode client = site.client("client");
        ClientId id = client.attach(site.token(), site.server().tunnel());
        try (Conversation application = Conversation.connect(port)) {
            assertThat(application.receive(7)).isEqualTo("office\n");

            client.components().configure(ClientSettings.PID, Map.of("reconnect.attempts", "3", "drain.timeout", "2"));
            client.await(Event.ConfigurationApplied.class);
            client.components().configure(ClientSettings.PID, Map.of("reconnect.attempts", "many"));
            client.await(Event.ConfigurationRejected.class);
            site.server().components().configure(ServerSettings.PID, Map.of("drain.timeout", "none"));
            site.server().await(Event.ConfigurationRejected.class);

            assertThat(application.send("y").receive(1)).isEqualTo("y");
        }
        assertThat(client.get(TunnelService.class).tunnels())
                .extracting(TunnelView::client)
                .containsExactly(id.value());
    }

    @Test
    void changedLimitsHoldForTunnelsThatBeginAfterwards() {
        ClientNode client = site.client("client");
        ClientId before = client.attach(site.token(), site.server().tunnel());

        site.server().limit("tunnel.streams", "7");
        ClientId after = client.attach(site.token(), site.server().tunnel());

        site.server().heard(List.of(before, after));
        assertThat(Node.limit(tunnel(site.server(), before).limits(), "tunnel.streams")
                        .most())
                .isEqualTo(32_768);
        assertThat(Node.limit(tunnel(site.server(), after).limits(), "tunnel.streams")
                        .most())
                .isEqualTo(7);
        assertThat(Node.limit(tunnel(client, after).limits(), "tunnel.streams").most())
                .isEqualTo(32_768);
        assertThat(tunnel(site.server(), after).features())
                .isEqualTo(tunnel(client, after).features())
                .isNotEmpty();
    }

    @Test
    void limitsChangeUnderConnectionsThatGoOn() throws IOException {
        HostPort port = ServerNode.local(site.server()
                .cloud(site.gateway(), "outward", site.resource().address(), Ports.free())
                .listen());
        ClientNode client = site.client("client");
        ClientId id = client.attach(site.token(), site.server().tunnel());
        site.server().heard(List.of(id));
        try (Conversation application = Conversation.connect(port)) {
            assertThat(application.receive(7)).isEqualTo("office\n");
            for (Map.Entry<String, String> each : Map.of(
                            "memory.process", "2097152",
                            "window.most", "65536",
                            "window.tunnel", "0",
                            "dials.process", "2",
                            "ingress.source", "3",
                            "ingress.fruitless.destination", "1")
                    .entrySet()) {
                site.server().limit(each.getKey(), each.getValue());
                assertThat(Node.limit(site.server().limits(), each.getKey()).most())
                        .isEqualTo(Long.parseLong(each.getValue()));
                assertThat(application.send("y").receive(1)).isEqualTo("y");
            }

            List<LimitView> before = site.server().limits();
            site.server()
                    .components()
                    .configure(LimitSettings.PID, Map.of("memory.process", "2", "tunnel.opens", "999"));
            assertThat(site.server().await(Event.ConfigurationRejected.class).reason())
                    .contains("org.sallyport.limits: memory.process = '2': expected 0", "from 1m to 1024g");
            assertThat(site.server().limits())
                    .extracting(LimitView::most)
                    .isEqualTo(before.stream().map(LimitView::most).toList());
            assertThat(application.send("z").receive(1)).isEqualTo("z");
        }
        assertThat(site.server().count(Event.Detached.class)).isZero();
        assertThat(tunnel(site.server(), id).state()).isEqualTo("attached");
    }

    @Test
    void everyLimitIsKeptBySomebodyWhoShowsIt() {
        assertThat(site.server().limits())
                .extracting(LimitView::key)
                .containsExactlyInAnyOrderElementsOf(
                        LimitSettings.KEYS.stream().map(SettingKey::name).toList());
    }

    private static TunnelView tunnel(Node node, ClientId client) {
        return node.get(TunnelService.class).tunnels().stream()
                .filter(tunnel -> tunnel.client().equals(client.value()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void runningTunnelsLiveOnWhileTheClientsKeyIsAway() {
        DestinationView inward = site.inward(site.resource());
        ClientNode client = site.client("client");
        client.attach(site.token(), site.server().tunnel());
        HostPort listen = site.listening(inward);

        client.components().stop(ClientIdentity.class);
        client.components().stop(TokenReader.class);

        assertThat(Named.ask(listen, "x")).isEqualTo("office\nx");
        client.components().start(ClientIdentity.class);
        client.components().start(TokenReader.class);
        client.attach(site.token(), site.server().tunnel());
    }
}
