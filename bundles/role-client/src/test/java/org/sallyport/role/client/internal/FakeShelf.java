// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.sallyport.api.DestinationId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.pki.CarriedLeg;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.CertificateView;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.pki.Leg;

/** Certificates of a client in memory, all of which the test sees. */
final class FakeShelf implements DestinationCertificates {
    final Map<DestinationId, CarriedLeg> adopted = new HashMap<>();
    final Map<DestinationId, List<String>> signed = new HashMap<>();
    final Set<DestinationId> uploaded = new HashSet<>();
    final List<String> dropped = new ArrayList<>();
    List<CertificateView> expiring = List.of();
    int requests;

    /** So many times nothing can be adopted. */
    int busy;

    /** What is adopted is there when the test completes it. */
    CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    @Override
    public CompletionStage<Void> adopt(CarriedLeg carried) {
        if (carried.anchors().equals("rubbish")) {
            return CompletableFuture.failedFuture(
                    new CertificateFileException(CertificateFileException.Problem.NOT_X509, "it is no certificate"));
        }
        if (busy > 0) {
            busy--;
            return CompletableFuture.failedFuture(new IllegalStateException("100 requests wait already"));
        }
        return gate.thenRun(() -> adopted.put(carried.destination(), carried));
    }

    @Override
    public CompletionStage<byte[]> requestIfDue(DestinationId destination, Leg leg, List<String> names) {
        List<String> before = signed.get(destination);
        if (uploaded.contains(destination) || (before != null && (names.isEmpty() || names.equals(before)))) {
            return CompletableFuture.completedFuture(null);
        }
        requests++;
        return CompletableFuture.completedFuture(new byte[] {1, 2, 3});
    }

    @Override
    public CompletionStage<List<CertificateView>> install(DestinationId destination, Leg leg, CertificateUpload chain) {
        CarriedLeg told = adopted.get(destination);
        signed.put(destination, told == null ? List.of() : told.names());
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<Void> keepOnly(
            GatewayId gateway, Set<DestinationId> received, Set<DestinationId> destinations) {
        adopted.keySet().removeIf(id -> id.belongsTo(gateway) && !received.contains(id));
        signed.keySet().removeIf(id -> id.belongsTo(gateway) && !destinations.contains(id));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> dropReceived(GatewayId gateway) {
        dropped.add(gateway.value());
        adopted.keySet().removeIf(id -> id.belongsTo(gateway));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<List<CertificateView>> expiring(Duration within) {
        return CompletableFuture.completedFuture(expiring);
    }

    @Override
    public CompletionStage<List<CertificateView>> upload(
            DestinationId destination, CertificateRole role, CertificateUpload upload) {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public CompletionStage<Void> remove(DestinationId destination, CertificateRole role) {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public CompletionStage<Void> forget(DestinationId destination) {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public CompletionStage<List<CertificateView>> list(DestinationId destination) {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public CompletionStage<byte[]> request(DestinationId destination, Leg leg) {
        throw new UnsupportedOperationException("no role asks");
    }
}
