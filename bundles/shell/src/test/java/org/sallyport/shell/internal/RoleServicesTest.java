// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sallyport.api.service.AclService;

final class RoleServicesTest {
    private final RoleServices services = new RoleServices();
    private final FakeServer server = new FakeServer();

    @Test
    void withoutARoleThereIsNothing() {
        assertThat(services.anyGateways()).isNull();
        assertThat(services.anyAcls()).isNull();
        assertThat(services.tunnels()).isEmpty();
        assertThat(services.serverSeen()).isNotDone();
    }

    @Test
    void theServersAclGoesBeforeTheClients() {
        AclService client = new FakeServer().acls;
        services.addAcls(client, Map.of(AclService.ROLE, "client"));
        assertThat(services.anyAcls()).isSameAs(client);

        services.addAcls(server.acls, Map.of(AclService.ROLE, "server"));
        assertThat(services.anyAcls()).isSameAs(server.acls);

        services.removeAcls(server.acls, Map.of(AclService.ROLE, "server"));
        assertThat(services.anyAcls()).isSameAs(client);
    }

    @Test
    void theServerIsSeenWhenAllItsCommandsWork() {
        services.addGateways(server.gateways);
        services.addDestinations(server.destinations);
        services.addClients(server.clients);
        assertThat(services.serverSeen()).isNotDone();

        services.addAcls(server.acls, Map.of(AclService.ROLE, "server"));

        assertThat(services.serverSeen()).isCompleted();
        assertThat(services.clientSeen()).isNotDone();
    }

    @Test
    void protocolsAreTheNamesOfWhoeverServesThem() {
        services.addProtocol(Map.of("protocol.name", "tls"));
        services.addProtocol(Map.of("protocol.name", "tcp"));
        services.addProtocol(Map.of("protocol.name", "tcp"));
        services.removeProtocol(Map.of("protocol.name", "tcp"));

        assertThat(services.protocols()).containsExactly("tcp", "tls");
    }
}
