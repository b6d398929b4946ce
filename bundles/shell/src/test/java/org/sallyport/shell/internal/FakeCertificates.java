// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.pki.ApplicationCertificate;
import org.sallyport.api.pki.ApplicationCredentials;
import org.sallyport.api.pki.CarriedLeg;
import org.sallyport.api.pki.CertificateFacts;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateIssuer;
import org.sallyport.api.pki.CertificateNames;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.CertificateView;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.pki.Leg;

/** Notes what is asked, and answers with one certificate. */
public final class FakeCertificates implements DestinationCertificates, CertificateIssuer {
    /** What was asked, in order. */
    public final List<String> asked = new ArrayList<>();

    private static final CertificateFacts FACTS = new CertificateFacts(
            "CN=db.example",
            List.of("db.example"),
            "CN=ingress CA",
            "c0ffee",
            "ab",
            Instant.parse("2026-01-01T00:00:00Z"),
            Instant.parse("2027-01-01T00:00:00Z"),
            "EC P-256",
            false);

    private <T> CompletionStage<T> answer(String what, T value) {
        asked.add(what);
        return CompletableFuture.completedFuture(value);
    }

    private static List<CertificateView> views(DestinationId destination) {
        return List.of(
                new CertificateView(destination, CertificateRole.INGRESS_KEY, CertificateView.Origin.ISSUED, FACTS));
    }

    @Override
    public CompletionStage<List<CertificateView>> upload(
            DestinationId destination, CertificateRole role, CertificateUpload upload) {
        String text = new String(upload.files().get(0), StandardCharsets.UTF_8);
        if (text.startsWith("rubbish")) {
            return CompletableFuture.failedFuture(
                    new CertificateFileException(CertificateFileException.Problem.NOT_X509, "it is no certificate"));
        }
        String passphrase = upload.passphrase();
        return answer(
                "upload " + role + " " + upload.files().size() + " " + (passphrase == null ? "-" : passphrase),
                views(destination));
    }

    @Override
    @SuppressWarnings("NullAway") // a stage of nothing is completed with null
    public CompletionStage<Void> remove(DestinationId destination, CertificateRole role) {
        return answer("remove " + role, null);
    }

    @Override
    @SuppressWarnings("NullAway") // as above
    public CompletionStage<Void> forget(DestinationId destination) {
        return answer("forget", null);
    }

    @Override
    public CompletionStage<List<CertificateView>> list(DestinationId destination) {
        return answer("list", views(destination));
    }

    @Override
    public CompletionStage<List<CertificateView>> expiring(Duration within) {
        throw new UnsupportedOperationException("no command asks");
    }

    @Override
    public CompletionStage<byte[]> request(DestinationId destination, Leg leg) {
        throw new UnsupportedOperationException("no command asks");
    }

    @Override
    public CompletionStage<List<CertificateView>> install(DestinationId destination, Leg leg, CertificateUpload chain) {
        throw new UnsupportedOperationException("no command asks");
    }

    @Override
    public CompletionStage<byte[]> requestIfDue(DestinationId destination, Leg leg, List<String> names) {
        throw new UnsupportedOperationException("no command asks");
    }

    @Override
    public CompletionStage<Void> adopt(CarriedLeg carried) {
        throw new UnsupportedOperationException("no command asks");
    }

    @Override
    public CompletionStage<Void> keepOnly(
            GatewayId gateway, Set<DestinationId> received, Set<DestinationId> destinations) {
        throw new UnsupportedOperationException("no command asks");
    }

    @Override
    public CompletionStage<Void> dropReceived(GatewayId gateway) {
        throw new UnsupportedOperationException("no command asks");
    }

    @Override
    @SuppressWarnings("NullAway") // as above
    public CompletionStage<Void> nameIngress(DestinationId destination, CertificateNames names) {
        return answer("name " + names.names(), null);
    }

    @Override
    public CompletionStage<CertificateNames> namesOfIngress(DestinationId destination) {
        return answer("names", CertificateNames.of("laptop.example"));
    }

    @Override
    public X509Certificate ingressAuthority() {
        throw new UnsupportedOperationException("no test asks");
    }

    @Override
    public CompletionStage<X509Certificate> egressAuthority() {
        throw new UnsupportedOperationException("no test asks");
    }

    @Override
    public CompletionStage<List<CertificateView>> issueIngress(DestinationId destination, CertificateNames names) {
        return answer("issue " + names.names(), views(destination));
    }

    @Override
    public CompletionStage<ApplicationCredentials> issueApplication(
            DestinationId destination, String name, Duration life, @Nullable String passphrase) {
        return answer(
                "issue-client " + name + " " + life.toDays() + " " + passphrase,
                new ApplicationCredentials(
                        new ApplicationCertificate(FACTS, null),
                        "PEM\n".getBytes(StandardCharsets.UTF_8),
                        "PKCS12".getBytes(StandardCharsets.UTF_8),
                        "made-up"));
    }

    @Override
    public CompletionStage<List<ApplicationCertificate>> applications(DestinationId destination) {
        return answer("applications", List.of(new ApplicationCertificate(FACTS, FACTS.notBefore())));
    }

    @Override
    public CompletionStage<ApplicationCertificate> revoke(DestinationId destination, String serial) {
        return answer("revoke " + serial, new ApplicationCertificate(FACTS, FACTS.notBefore()));
    }

    @Override
    public CompletionStage<List<X509Certificate>> signIngress(
            DestinationId destination, CertificateNames names, byte[] request) {
        throw new UnsupportedOperationException("no command asks");
    }

    @Override
    public CompletionStage<Boolean> provideEgress(DestinationId destination) {
        throw new UnsupportedOperationException("no command asks");
    }

    @Override
    public CompletionStage<List<X509Certificate>> signEgress(DestinationId destination, byte[] request) {
        throw new UnsupportedOperationException("no command asks");
    }
}
