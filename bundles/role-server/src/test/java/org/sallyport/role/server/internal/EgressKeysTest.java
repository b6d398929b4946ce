// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
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
import org.sallyport.api.LegSecurity;
import org.sallyport.api.ResourceTls;
import org.sallyport.api.registry.RegistryChange;

@Timeout(20)
class EgressKeysTest {
    private static final GatewayId GATEWAY = new GatewayId("0123456789A_test");

    private final MemoryRegistry registry = new MemoryRegistry();
    private final TestCertificates certificates = new TestCertificates(new TestAuthority().certificate());

    private final Queue<Runnable> later = new ArrayDeque<>();

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void cloudDestinationsThatShowACertificateGetAKeyOnce() throws Exception {
        change(
                MemoryRegistry.gateway(GATEWAY),
                put("00001", Direction.CLOUD, LegSecurity.MUTUAL),
                put("00002", Direction.CLOUD, LegSecurity.TLS),
                put("00003", Direction.ON_PREMISES, LegSecurity.MUTUAL));
        EgressKeys keys = new EgressKeys(registry, certificates, later::add);
        assertThat(certificates.signed).containsExactly(made("00001"));

        change(put("00002", Direction.CLOUD, LegSecurity.MUTUAL));
        assertThat(certificates.signed).containsExactly(made("00001"), made("00002"));

        keys.stop();
        change(put("00004", Direction.CLOUD, LegSecurity.MUTUAL));
        assertThat(certificates.signed).hasSize(2);
    }

    @Test
    void whatFailedIsTriedAgainLater() throws Exception {
        certificates.gate = CompletableFuture.failedFuture(new IllegalStateException("the disk is full"));
        change(
                MemoryRegistry.gateway(GATEWAY),
                put("00001", Direction.CLOUD, LegSecurity.MUTUAL),
                put("00002", Direction.CLOUD, LegSecurity.MUTUAL));
        EgressKeys keys = new EgressKeys(registry, certificates, later::add);
        assertThat(certificates.signed).containsExactlyInAnyOrder(made("00001"), made("00002"));
        assertThat(later).hasSize(1);
        certificates.gate = CompletableFuture.completedFuture(null);
        certificates.signed.clear();

        later.remove().run();

        assertThat(certificates.signed).containsExactlyInAnyOrder(made("00001"), made("00002"));
        change(new RegistryChange.RemoveDestination(id("00002")));
        assertThat(certificates.signed).hasSize(2);
        assertThat(later).isEmpty();
        keys.stop();
    }

    @Test
    void keysAreMadeOneAfterTheOther() throws Exception {
        certificates.gate = new CompletableFuture<>();
        change(
                MemoryRegistry.gateway(GATEWAY),
                put("00001", Direction.CLOUD, LegSecurity.MUTUAL),
                put("00002", Direction.CLOUD, LegSecurity.MUTUAL));
        EgressKeys keys = new EgressKeys(registry, certificates, later::add);
        assertThat(certificates.signed).hasSize(1);

        certificates.gate.complete(null);

        assertThat(certificates.signed).containsExactlyInAnyOrder(made("00001"), made("00002"));
        keys.stop();
    }

    private void change(RegistryChange... changes) throws Exception {
        registry.change(before -> List.of(changes)).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static String made(String last) {
        return "own egress " + id(last);
    }

    private static DestinationId id(String last) {
        return new DestinationId(GATEWAY.stem() + "_" + last);
    }

    private static RegistryChange put(String last, Direction direction, LegSecurity resource) {
        return new RegistryChange.PutDestination(new Destination(
                id(last),
                GATEWAY,
                last,
                direction,
                "tcp",
                new HostPort("db", 1),
                Integer.parseInt(last),
                true,
                DestinationOptions.DEFAULTS.withResourceTls(new ResourceTls(resource, "", true))));
    }
}
