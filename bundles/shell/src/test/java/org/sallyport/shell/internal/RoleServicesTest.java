// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sallyport.api.service.AclService;
import org.sallyport.api.service.LimitService;
import org.sallyport.api.service.LimitView;
import org.sallyport.shell.internal.verb.Health;

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
    void aRoleThatTheLauncherStartedForIsMissed() {
        System.setProperty("sallyport.role", "server");
        try {
            assertThat(services.missingRole()).isEqualTo("server");
            assertThat(Health.check(services))
                    .singleElement()
                    .asString()
                    .startsWith("server: not ok the role does not run");

            services.addGateways(server.gateways);
            assertThat(services.missingRole()).isNull();
        } finally {
            System.clearProperty("sallyport.role");
        }
    }

    @Test
    void limitsAreThoseOfWhoeverKeepsSome() {
        LimitService one = () -> List.of(LimitView.count("dials.process", 5, 1L));
        LimitService other = () -> List.of(LimitView.count("attach.total", 6, 2L));
        services.addLimits(one);
        services.addLimits(other);
        assertThat(services.limits()).extracting(LimitView::key).containsExactly("dials.process", "attach.total");

        services.removeLimits(one);
        assertThat(services.limits()).containsExactlyElementsOf(other.limits());
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
