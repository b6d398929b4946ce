// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.ClientId;
import org.sallyport.api.DestinationId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.service.AttachmentService;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.DestinationService;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.GatewayService;
import org.sallyport.testkit.resource.Resource;

/** What operators change is in force at every client when they are told so, and each port belongs to one destination. */
@Timeout(120)
final class ConfigurationTest {
    @RegisterExtension
    private final Site site = new Site();

    @Test
    void aChangeIsInForceAtTheClientWhenTheCommandReturns() {
        site.client("client").attach(site.token(), site.server().tunnel());
        DestinationService destinations = site.server().get(DestinationService.class);

        DestinationView outward =
                site.server().cloud(site.gateway(), "outward", site.resource().address(), Ports.free());
        DestinationId id = new DestinationId(outward.id());
        HostPort port = ServerNode.local(outward.listen());
        assertThat(Named.ask(port, "x")).isEqualTo("office\nx");

        Node.changed(destinations.enable(id, false));
        assertThat(Named.ask(port, "x")).isEmpty();

        Node.changed(destinations.enable(id, true));
        assertThat(Named.ask(port, "x")).isEqualTo("office\nx");

        Node.changed(site.server().get(GatewayService.class).enable(site.gateway(), false));
        assertThat(Named.ask(port, "x")).isEmpty();
        assertThat(Node.done(site.server().get(ClientService.class).list())).hasSize(1);
    }

    @Test
    void aPortIsReservedFromCreationToDeletionAndNotAMomentLonger() {
        site.restartServer(Map.of("listen.ports", firstTwoOf(Ports.range())));
        HostPort resource = site.resource().address();
        DestinationView first = site.server().onPremises(site.gateway(), "first", resource);
        DestinationView second = site.server().onPremises(site.gateway(), "second", resource);
        assertThat(second.listen().port()).isEqualTo(first.listen().port() + 1);

        assertThatThrownBy(() -> site.server().onPremises(site.gateway(), "third", resource))
                .cause()
                .hasMessageContaining("no listen port is free: of the 2 ports")
                .hasMessageContaining("widen listen.ports");

        Node.changed(site.server().get(DestinationService.class).delete(new DestinationId(first.id())));
        assertThat(site.server()
                        .onPremises(site.gateway(), "third", resource)
                        .listen()
                        .port())
                .isEqualTo(first.listen().port());
    }

    @Test
    void aClientPortOfTwoGatewaysIsTheFirstOnesUntilItIsFree() {
        int port = Ports.free();
        GatewayId second = site.server().gateway("second");
        Resource other = site.ending(Named.resource("second"));
        DestinationView first =
                site.server().cloud(site.gateway(), "first", site.resource().address(), port);
        DestinationView later = site.server().cloud(second, "later", other.address(), port);
        ClientNode client = site.client("client");
        ClientId holder = client.attach(site.token(), site.server().tunnel());
        client.attach(site.server().token(second), site.server().tunnel());

        assertThat(Named.ask(ServerNode.local(first.listen()), "x")).isEqualTo("office\nx");
        assertThat(site.server().await(later, "failed").cause())
                .contains("port " + port + " is in use by gateway")
                .contains("on this client");

        Node.changed(client.get(AttachmentService.class).detach(holder));
        assertThat(Named.ask(site.listening(later), "x")).isEqualTo("second\nx");
    }

    private static String firstTwoOf(String range) {
        int first = Integer.parseInt(range.substring(0, range.indexOf('-')));
        return first + "-" + (first + 1);
    }
}
