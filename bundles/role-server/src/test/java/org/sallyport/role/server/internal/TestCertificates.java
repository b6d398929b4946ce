// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.ApplicationCertificate;
import org.sallyport.api.pki.ApplicationCredentials;
import org.sallyport.api.pki.CarriedLeg;
import org.sallyport.api.pki.CertificateIssuer;
import org.sallyport.api.pki.CertificateNames;
import org.sallyport.api.pki.CertificateView;
import org.sallyport.api.pki.HeldCertificates;
import org.sallyport.api.pki.HeldLeg;
import org.sallyport.api.pki.Leg;

/** Holds what a test says, and signs everything. */
final class TestCertificates implements HeldCertificates, CertificateIssuer {
    /** What was signed, in words. */
    final List<String> signed = new CopyOnWriteArrayList<>();

    /** Where set, signatures come when the test completes it. */
    volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    private final X509Certificate certificate;
    private final List<Consumer<List<HeldLeg>>> watchers = new CopyOnWriteArrayList<>();
    private volatile List<HeldLeg> legs = List.of();

    TestCertificates(X509Certificate certificate) {
        this.certificate = certificate;
    }

    void hold(HeldLeg... next) {
        legs = List.of(next);
        watchers.forEach(watcher -> watcher.accept(legs));
    }

    /** {@return a leg for which a key was uploaded} */
    static HeldLeg key(String destination, Leg leg, String mark) {
        DestinationId id = new DestinationId(destination);
        return new HeldLeg(
                id,
                leg,
                new CarriedLeg(id, leg, mark, "KEY", "CHAIN", "ANCHORS", "", List.of(), List.of()),
                true,
                null,
                null);
    }

    /** {@return a leg that is told whom to trust} */
    static HeldLeg trust(String destination, Leg leg, String mark) {
        DestinationId id = new DestinationId(destination);
        return new HeldLeg(
                id,
                leg,
                new CarriedLeg(id, leg, mark, null, "", "ANCHORS", "", List.of(), List.of()),
                true,
                null,
                null);
    }

    @Override
    public Registration watch(Consumer<List<HeldLeg>> watcher) {
        watchers.add(watcher);
        watcher.accept(legs);
        return () -> watchers.remove(watcher);
    }

    @Override
    public CompletionStage<List<HeldLeg>> now() {
        return CompletableFuture.completedFuture(legs);
    }

    @Override
    public CompletionStage<CertificateNames> namesOfIngress(DestinationId destination) {
        return CompletableFuture.completedFuture(CertificateNames.LOCAL);
    }

    @Override
    public CompletionStage<List<X509Certificate>> signIngress(
            DestinationId destination, CertificateNames names, byte[] request) {
        signed.add("ingress " + destination + " " + names.names());
        return gate.thenApply(open -> new ArrayList<>(List.of(certificate)));
    }

    @Override
    public CompletionStage<List<X509Certificate>> signEgress(DestinationId destination, byte[] request) {
        signed.add("egress " + destination);
        return gate.thenApply(open -> new ArrayList<>(List.of(certificate)));
    }

    @Override
    public CompletionStage<Boolean> provideEgress(DestinationId destination) {
        signed.add("own egress " + destination);
        return gate.thenApply(open -> true);
    }

    @Override
    public X509Certificate ingressAuthority() {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public CompletionStage<X509Certificate> egressAuthority() {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public CompletionStage<List<CertificateView>> issueIngress(DestinationId destination, CertificateNames names) {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public CompletionStage<Void> nameIngress(DestinationId destination, CertificateNames names) {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public CompletionStage<ApplicationCredentials> issueApplication(
            DestinationId destination, String name, Duration life, String passphrase) {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public CompletionStage<List<ApplicationCertificate>> applications(DestinationId destination) {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public CompletionStage<ApplicationCertificate> revoke(DestinationId destination, String serial) {
        throw new UnsupportedOperationException("no role asks");
    }
}
