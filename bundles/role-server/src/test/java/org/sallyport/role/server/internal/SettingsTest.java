// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.config.ServerSettings;
import org.sallyport.api.event.Event;
import org.sallyport.api.health.HealthCheck;
import org.sallyport.api.service.DestinationView;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.Drain;
import org.sallyport.wire.control.Renew;

@Timeout(30)
final class SettingsTest {
    private ServerFixture fixture;

    @BeforeEach
    void start() {
        fixture = new ServerFixture(Map.of("tunnel.port", "41000"));
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private ServerSettings settings(String key, String value) {
        Map<String, Object> next = new HashMap<>(fixture.configuration);
        next.put(key, value);
        return ServerSettings.of(next, new Properties());
    }

    @Test
    void anotherTunnelPortIsOpenedBeforeTheOldOneIsClosedAndTunnelsLiveOn() {
        String gateway = fixture.gateway();
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        client.attach(fixture.token(gateway));

        ServerFixture.get(fixture.server.settings(settings("tunnel.port", "41001")));

        assertThat(fixture.transport.taken).containsExactly(41_001);
        assertThat(fixture.events.next(Event.ServerReady.class).tunnel().port()).isEqualTo(41_001);
        assertThat(client.open()).isTrue();
        assertThat(fixture.token(gateway)).contains("41001");
    }

    @Test
    void aTunnelPortThatIsTakenLeavesEverythingAsItWas() {
        fixture.transport.taken.add(41_002);
        Assertions.assertThatThrownBy(() -> fixture.server
                        .settings(settings("tunnel.port", "41002"))
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("Address already in use");
        assertThat(fixture.server.settings().tunnelPort()).isEqualTo(41_000);
        assertThat(fixture.transport.taken).contains(41_000);
        assertThat(fixture.server.port().address().port()).isEqualTo(41_000);
    }

    @Test
    void aTransportThatThrowsLeavesEverythingAsItWas() {
        fixture.transport.broken.add(41_002);
        Assertions.assertThatThrownBy(
                        () -> ServerFixture.get(fixture.server.settings(settings("tunnel.port", "41002"))))
                .hasMessageContaining("too many open files");
        assertThat(fixture.server.port().address().port()).isEqualTo(41_000);
    }

    @Test
    void anotherAddressOnTheSamePortIsOpenedInItsPlace() {
        ServerFixture.get(fixture.server.settings(settings("tunnel.address", "127.0.0.2")));
        assertThat(fixture.server.port().address().host()).isEqualTo("127.0.0.2");
    }

    @Test
    void aPortOnAllAddressesIsCalledAsTheOperatorWroteIt() {
        ServerFixture.get(fixture.server.settings(settings("tunnel.address", "0.0.0.0")));
        assertThat(fixture.server.port().address().toString()).isEqualTo("0.0.0.0:41000");
    }

    @Test
    void otherAddressesAskClientsForANewTunnel() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        client.attach(fixture.token(fixture.gateway()));

        ServerFixture.get(fixture.server.settings(settings("tunnel.advertised", "gate.example:443")));

        assertThat(client.next(Renew.class).reason()).contains("addresses");
        assertThat(client.open()).isTrue();
    }

    @Test
    void aNewTunnelCertificateAsksClientsForANewTunnelAndAnEqualOneDoesNot() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        String gateway = fixture.gateway();
        client.attach(fixture.token(gateway));
        fixture.authority.unbindTunnels(fixture.keys);
        fixture.authority.bindTunnels(fixture.keys);
        fixture.settle();
        fixture.destination(gateway);
        assertThat(client.next(ControlMessage.class)).isInstanceOf(Config.class);

        fixture.authority.bindTunnels(new TestAuthority());

        assertThat(client.next(Renew.class).reason()).contains("certificate");
    }

    @Test
    void anAddressThatCannotBeBoundOnTheSamePortLeavesTheOldOneOpen() {
        fixture.transport.refused.add("127.0.0.3");
        Assertions.assertThatThrownBy(() -> fixture.server
                        .settings(settings("tunnel.address", "127.0.0.3"))
                        .join())
                .hasMessageContaining("Cannot assign");
        assertThat(fixture.events.next(Event.ServerReady.class).tunnel().port()).isEqualTo(41_000);
        assertThat(fixture.server.port().address().host()).isEqualTo("127.0.0.1");
        assertThat(fixture.transport.taken).containsExactly(41_000);
    }

    @Test
    void otherSettingsReachThePlanesOnceAndKeepTheRevision() {
        String gateway = fixture.gateway();
        DestinationView view = fixture.destination(gateway);
        RecordingPlane.One plane = fixture.planes.of(gateway);
        long revision = plane.last().revision();
        int before = plane.count();

        ServerFixture.get(fixture.server.settings(settings("listen.address", "127.0.0.9")));

        assertThat(plane.count()).isEqualTo(before + 1);
        assertThat(plane.last().listenAddress()).isEqualTo("127.0.0.9");
        assertThat(plane.last().revision()).isEqualTo(revision);
        assertThat(fixture.show(view).listen().port()).isEqualTo(view.listen().port());
        ServerFixture.get(fixture.server.settings(settings("listen.address", "127.0.0.9")));
        assertThat(plane.count()).isEqualTo(before + 1);
    }

    @Test
    void stoppingTellsClientsAndClosesEverythingWithinItsTime() {
        String gateway = fixture.gateway();
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        client.attach(fixture.token(gateway));
        RecordingPlane.One plane = fixture.planes.of(gateway);

        fixture.stop();

        client.next(Drain.class);
        client.awaitEnd();
        assertThat(plane.closed).isTrue();
        assertThat(fixture.transport.taken).isEmpty();
        assertThat(fixture.events.next(Event.Detached.class).reason()).isEqualTo("the server stops");
        assertThat(ServerFixture.refusal(fixture.gateways.list())).hasMessageContaining("stopping");
    }

    @Test
    void aWrongConfigurationKeepsTheOneBeforeAndIsShownInHealth() {
        Map<String, Object> good = new HashMap<>(fixture.configuration);
        good.put("tunnel.port", "0");
        ServerRole role = new ServerRole(
                good,
                fixture.transport,
                new RecordingPlane(),
                fixture.events,
                fixture.registry,
                fixture.authority,
                fixture.certificates);
        HealthCheck health = new ConfigurationHealth(role);
        assertThat(health.check().healthy()).isTrue();

        role.modified(Map.of("listen.ports", "banana"));

        assertThat(fixture.events.next(Event.ConfigurationRejected.class).reason())
                .contains("listen.ports = 'banana'");
        assertThat(health.check().healthy()).isFalse();
        assertThat(health.check().text()).contains("the configuration before is kept");
        assertThat(role.server().settings().listenPorts().first()).isEqualTo(15_000);

        role.modified(good);
        assertThat(fixture.events.next(Event.ConfigurationApplied.class).pid()).isEqualTo(ServerSettings.PID);
        assertThat(health.check().healthy()).isTrue();
        role.stop();
    }

    @Test
    void anAddressThatThisMachineDoesNotHaveKeepsTheConfigurationBefore() {
        Map<String, Object> good = new HashMap<>(fixture.configuration);
        good.put("tunnel.port", "0");
        ServerRole role = new ServerRole(
                good,
                fixture.transport,
                new RecordingPlane(),
                fixture.events,
                fixture.registry,
                fixture.authority,
                fixture.certificates);
        Map<String, Object> elsewhere = new HashMap<>(good);
        elsewhere.put("listen.address", "192.0.2.1");

        role.modified(elsewhere);

        assertThat(fixture.events.next(Event.ConfigurationRejected.class).reason())
                .contains("listen.address = '192.0.2.1': expected an address or a host name of this machine");
        assertThat(role.server().settings().listenAddress()).isEqualTo("127.0.0.1");
        assertThat(new ConfigurationHealth(role).check().text()).contains("the configuration before is kept");
        role.stop();
    }

    @Test
    void aWrongConfigurationAtTheStartRunsNothingUntilItIsRight() {
        Map<String, Object> good = new HashMap<>(fixture.configuration);
        good.put("tunnel.port", "0");
        ServerRole role = new ServerRole(
                Map.of("tunnel.prot", "9000"),
                fixture.transport,
                new RecordingPlane(),
                fixture.events,
                fixture.registry,
                fixture.authority,
                fixture.certificates);
        assertThat(new TunnelPortHealth(role).check().text()).contains("there is no setting 'tunnel.prot'");
        assertThat(ServerFixture.refusal(new GatewayOperations(role::server).list()))
                .hasMessageContaining("tunnel.prot");
        role.servicesReady();

        role.modified(good);

        fixture.events.next(Event.ServerReady.class);
        assertThat(new TunnelPortHealth(role).check().healthy()).isTrue();
        role.stop();
    }

    @Test
    void aTunnelPortThatIsTakenAtTheStartIsOpenedWhenItIsFree() {
        fixture.transport.taken.add(41_005);
        Map<String, Object> taken = new HashMap<>(fixture.configuration);
        taken.put("tunnel.port", "41005");
        ServerRole role = new ServerRole(
                taken,
                fixture.transport,
                new RecordingPlane(),
                fixture.events,
                fixture.registry,
                fixture.authority,
                fixture.certificates);
        role.servicesReady();
        ServerFixture.get(role.server().ask(() -> CompletableFuture.completedFuture(1)));
        ServerFixture.get(role.server().ask(() -> CompletableFuture.completedFuture(1)));
        fixture.transport.taken.remove(41_005);
        assertThat(fixture.events.next(Event.ServerReady.class).tunnel().port()).isEqualTo(41_005);
        role.stop();
    }

    @Test
    void healthTellsWhichStoreIsAway() {
        assertThat(new RegistryHealth(fixture.registry).check().healthy()).isTrue();
        assertThat(new AuthorityHealth(fixture.authority).check().healthy()).isTrue();
        fixture.registry.unbindRegistry(fixture.store);
        fixture.authority.unbindTunnels(fixture.keys);
        assertThat(new RegistryHealth(fixture.registry).check().text()).contains("org.sallyport.registry");
        assertThat(new AuthorityHealth(fixture.authority).check().text()).contains("org.sallyport.pki");
    }
}
