// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.api.service.AttachmentService;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.ClientView;
import org.sallyport.api.service.DestinationView;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.fault.FaultProxy;
import org.sallyport.testkit.fault.Side;

/** Who comes back after an end, as whom, and who stays away. */
@Timeout(120)
final class ReturnTest {
    @RegisterExtension
    private final Site site = new Site();

    @Test
    void aTunnelThatIsCutComesBackWithItsIdAndCarriesAgain() {
        DestinationView inward = site.inward(site.resource());
        FaultProxy network = site.network();
        ClientNode client = site.client("client");
        ClientId id = client.attach(site.token(), network.address());
        HostPort listen = site.listening(inward);
        assertThat(Named.ask(listen, "x")).isNotEmpty();

        network.reset();

        client.await(Event.Detached.class);
        assertThat(client.await(Event.Attached.class, 1, event -> true).client())
                .isEqualTo(id);
        assertThat(Named.ask(listen, "x")).isEqualTo("office\nx");
    }

    @Test
    void aGhostIsReplacedAtOnceByTheClientThatComesBack() {
        FaultProxy network = site.network();
        ClientNode client = site.client("client");
        ClientId id = client.attach(site.token(), network.address());

        network.reset(Side.CLIENT);

        assertThat(client.await(Event.Attached.class, 1, event -> true).client())
                .isEqualTo(id);
        assertThat(site.server().await(Event.Detached.class).reason()).contains("replaced");
        assertThat(Node.done(site.server().get(ClientService.class).list()))
                .extracting(ClientView::id)
                .containsExactly(id.value());
    }

    @Test
    void aServerThatRestartsFindsItsClientsAndPortsAgain() {
        DestinationView inward = site.inward(site.resource());
        FaultProxy network = site.network();
        ClientNode client = site.client("client");
        client.attach(site.token(), network.address());
        HostPort listen = site.listening(inward);

        site.restartServer(Map.of("listen.ports", listen.port() + "-" + listen.port()));
        network.leadTo(site.server().tunnel());

        ClientId again = client.await(Event.Attached.class, 1, event -> true).client();
        assertThat(again.belongsTo(site.gateway())).isTrue();
        assertThat(site.listening(inward)).isEqualTo(listen);
        assertThat(Named.ask(listen, "x")).isEqualTo("office\nx");
    }

    @Test
    void aDrainedClientComesBackAndATerminatedOneDoesNot() {
        ClientNode client = site.client("client");
        ClientId id = client.attach(site.token(), site.server().tunnel());
        ClientService clients = site.server().get(ClientService.class);

        Node.done(clients.drain(id));
        ClientId again = client.await(Event.Attached.class, 1, event -> true).client();
        Node.done(clients.terminate(again));

        client.await(Event.Detached.class, 1, event -> true);
        Await.until(
                "the attachment is forgotten",
                () -> client.get(AttachmentService.class).attachments().isEmpty());
        assertThat(Node.done(clients.list())).isEmpty();
    }

    @Test
    void aClientThatStopsSaysSoAndLeavesNothing() {
        HostPort port = ServerNode.local(site.server()
                .cloud(site.gateway(), "outward", site.resource().address(), Ports.free())
                .listen());
        ClientNode client = site.client("client");
        client.attach(site.token(), site.server().tunnel());

        site.stop(client);

        assertThat(site.server().await(Event.Detached.class).reason()).isEqualTo("the client stops");
        assertThat(Named.ask(port, "x")).isEmpty();
        assertThat(Node.done(site.server().get(ClientService.class).list())).isEmpty();
    }
}
