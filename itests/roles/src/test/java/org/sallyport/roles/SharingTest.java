// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.ClientIdentity;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.ClientView;
import org.sallyport.api.service.TunnelService;

/** Several tunnels of one gateway share its connections, whether one client brings them or several. */
@Timeout(120)
final class SharingTest {
    private static final int ROUNDS = 3;

    @RegisterExtension
    private final Site site = new Site();

    @Test
    void clientsTakeConnectionsInTurn() {
        HostPort listen = attach("one", "two", "three");

        askInTurn(site.server(), listen, 3);
    }

    @Test
    void severalTunnelsOfOneClientAreClientsOfTheirOwnWithItsKey() {
        ClientNode client = site.client("client");
        List<ClientId> ids = client.attach(site.token(), 3, site.server().tunnel());
        site.server().heard(ids);

        assertThat(ids).doesNotHaveDuplicates();
        assertThat(Node.done(site.server().get(ClientService.class).list()))
                .extracting(ClientView::id)
                .containsExactlyInAnyOrderElementsOf(
                        ids.stream().map(ClientId::value).toList());
        assertThat(Node.done(site.server().get(ClientService.class).list()))
                .extracting(ClientView::key)
                .containsOnly(client.get(ClientIdentity.class).fingerprint());
        askInTurn(site.server(), site.listening(site.inward(site.resource())), 3);
    }

    @Test
    void aClientsOwnPortsSpreadOverItsTunnels() {
        HostPort port = ServerNode.local(site.server()
                .cloud(site.gateway(), "outward", site.resource().address(), Ports.free())
                .listen());
        ClientNode client = site.client("client");
        site.server().heard(client.attach(site.token(), 2, site.server().tunnel()));

        askInTurn(client, port, 2);
        assertThat(client.get(TunnelService.class).tunnels()).hasSize(2);
    }

    @Test
    void oneThatGoesLeavesItsTurnToTheOthers() {
        ClientNode going = site.client("going");
        site.server().heard(List.of(going.attach(site.token(), site.server().tunnel())));
        HostPort listen = attach("staying");

        site.stop(going);

        for (int i = 0; i < ROUNDS; i++) {
            assertThat(Named.ask(listen, "x")).isEqualTo("office\nx");
        }
    }

    private HostPort attach(String... clients) {
        for (String name : clients) {
            site.server()
                    .heard(List.of(
                            site.client(name).attach(site.token(), site.server().tunnel())));
        }
        return site.listening(site.inward(site.resource()));
    }

    /** As many connections as give each tunnel the same number, which the ingress end tells when they have ended. */
    private static void askInTurn(Node ingress, HostPort listen, int tunnels) {
        int connections = ROUNDS * tunnels;
        for (int i = 0; i < connections; i++) {
            assertThat(Named.ask(listen, "x")).isEqualTo("office\nx");
        }
        Map<ClientId, Integer> carried = new HashMap<>();
        for (int i = 0; i < connections; i++) {
            carried.merge(ingress.await(Event.FlowEnded.class, i, flow -> true).client(), 1, Integer::sum);
        }
        assertThat(carried).hasSize(tunnels).allSatisfy((client, times) -> assertThat(times)
                .isEqualTo(ROUNDS));
    }
}
