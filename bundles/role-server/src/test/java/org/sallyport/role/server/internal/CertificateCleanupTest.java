// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.registry.RegistryChange;

@Timeout(20)
class CertificateCleanupTest {
    private static final GatewayId GATEWAY = new GatewayId("0123456789A_test");

    private final BlockingQueue<Object> forgotten = new LinkedBlockingQueue<>();

    /** Notes what is forgotten; the first time fails, as a full disk would make it. */
    private final DestinationCertificates certificates = (DestinationCertificates) Proxy.newProxyInstance(
            DestinationCertificates.class.getClassLoader(),
            new Class<?>[] {DestinationCertificates.class},
            (proxy, method, arguments) -> {
                assertThat(method.getName()).isEqualTo("forget");
                forgotten.add(arguments[0]);
                return CompletableFuture.failedFuture(new IllegalStateException("the disk is full"));
            });

    @Test
    void certificatesGoWithTheirDestinationAndWithItsGateway() throws Exception {
        try (MemoryRegistry registry = new MemoryRegistry()) {
            change(registry, MemoryRegistry.gateway(GATEWAY), put("00001"), put("00002"), put("00003"));
            CertificateCleanup cleanup = new CertificateCleanup(registry, certificates);

            change(registry, new RegistryChange.RemoveDestination(id("00002")));
            assertThat(forgotten.poll(10, TimeUnit.SECONDS)).isEqualTo(id("00002"));
            change(registry, new RegistryChange.RemoveGateway(GATEWAY));
            assertThat(List.of(forgotten.take(), forgotten.take())).containsExactlyInAnyOrder(id("00001"), id("00003"));

            cleanup.stop();
            change(registry, MemoryRegistry.gateway(GATEWAY), put("00004"));
            change(registry, new RegistryChange.RemoveDestination(id("00004")));
            assertThat(forgotten).isEmpty();
        }
    }

    private static void change(MemoryRegistry registry, RegistryChange... changes) throws Exception {
        registry.change(before -> List.of(changes)).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static DestinationId id(String last) {
        return new DestinationId(GATEWAY.stem() + "_" + last);
    }

    private static RegistryChange put(String last) {
        return new RegistryChange.PutDestination(new Destination(
                id(last),
                GATEWAY,
                last,
                Direction.CLOUD,
                "tcp",
                new HostPort("db", 1),
                Integer.parseInt(last),
                true,
                DestinationOptions.DEFAULTS));
    }
}
