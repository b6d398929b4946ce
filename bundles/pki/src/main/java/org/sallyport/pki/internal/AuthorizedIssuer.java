// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.util.Objects.requireNonNull;

import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Ids;
import org.sallyport.api.Registration;
import org.sallyport.api.Shown;
import org.sallyport.api.pki.ApplicationCertificate;
import org.sallyport.api.pki.ApplicationCredentials;
import org.sallyport.api.pki.CertificateIssuer;
import org.sallyport.api.pki.CertificateNames;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateView;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.TunnelAuthority;
import org.sallyport.api.registry.SecretStore;
import org.sallyport.api.service.Refusal;
import org.sallyport.pki.internal.CertificateShelf.Changed;
import org.sallyport.pki.internal.StoredCertificates.Held;
import org.sallyport.pki.internal.StoredCertificates.Issued;

/**
 * Issues with the CAs of this server. A delayed component, as {@link RenewingTunnelAuthority} is; while it is there it
 * renews the certificates that it issued with their keys.
 */
@Component
public final class AuthorizedIssuer implements CertificateIssuer {
    /** How long an issued certificate is valid from now on; it began a day ago. */
    static final Duration LIFE = LONGEST_LIFE.minus(Certificates.EARLY);

    static final Duration LOOK_EVERY = Duration.ofHours(1);

    /** An expired certificate stays in the list so long, for whoever asks why an application cannot connect. */
    private static final Duration LISTED_AFTER_END = Duration.ofDays(30);

    /** They are one secret, which is written anew with each change. */
    private static final int MAX_ISSUED = 500;

    /** RFC 5280 appendix A.1, ub-common-name. */
    private static final int MAX_COMMON_NAME = 64;

    private static final int LEAST_PASSPHRASE = 8;
    private static final int MADE_PASSPHRASE = 20;

    private final Secrets secrets;
    private final String serverName;
    private final CertificateShelf shelf;
    private final Clock clock;
    private final SecureRandom random;
    private final Certificates certificates;
    private final Authorities authorities;
    private final IssuedRenewal renewal;
    private final Registration schedule;

    @Activate
    public AuthorizedIssuer(
            @Reference SecretStore secrets, @Reference TunnelAuthority tunnel, @Reference CertificateShelf shelf) {
        this(secrets, tunnel.current().serverName(), shelf, Clock.systemUTC(), new SecureRandom());
    }

    AuthorizedIssuer(SecretStore store, String serverName, CertificateShelf shelf, Clock clock, SecureRandom random) {
        this.secrets = new Secrets(store);
        this.serverName = serverName;
        this.shelf = shelf;
        this.clock = clock;
        this.random = random;
        this.certificates = new Certificates(random);
        this.authorities = Authorities.of(secrets, certificates, serverName, clock.instant());
        this.renewal = new IssuedRenewal(shelf, clock, this::renewed);
        this.schedule = shelf.every(LOOK_EVERY, renewal::look);
    }

    @Override
    public X509Certificate ingressAuthority() {
        return authorities.ingress().certificate();
    }

    @Override
    public CompletionStage<X509Certificate> egressAuthority() {
        return shelf.slowly(() -> egress().certificate());
    }

    @Override
    public CompletionStage<List<CertificateView>> issueIngress(DestinationId destination, CertificateNames names) {
        requireNonNull(names, "names");
        return shelf.slowly(() -> Held.of(ingress(names.names()), Origin.ISSUED))
                .thenCompose(held -> shelf.change(destination, now -> {
                    Holdings next = now.with(now.stored().with(CertificateRole.INGRESS_KEY, held));
                    return new Changed<>(next, next.views(destination));
                }));
    }

    @Override
    public CompletionStage<Boolean> provideEgress(DestinationId destination) {
        return shelf.read(destination, AuthorizedIssuer::lacksEgress)
                .thenCompose(lacking -> lacking
                        ? shelf.slowly(() -> Held.of(egress(destination), Origin.ISSUED))
                                .thenCompose(held -> shelf.change(
                                        destination,
                                        // somebody may have uploaded one meanwhile
                                        now -> lacksEgress(now)
                                                ? new Changed<>(
                                                        now.with(now.stored().with(CertificateRole.EGRESS_KEY, held)),
                                                        true)
                                                : new Changed<>(now, false)))
                        : CompletableFuture.completedFuture(false));
    }

    private static boolean lacksEgress(Holdings now) {
        return now.stored().held(CertificateRole.EGRESS_KEY) == null;
    }

    @Override
    public CompletionStage<Void> nameIngress(DestinationId destination, CertificateNames names) {
        requireNonNull(names, "names");
        return shelf.change(
                        destination, now -> new Changed<>(now.with(now.stored().withNames(names)), destination))
                .thenAccept(named -> {});
    }

    @Override
    public CompletionStage<CertificateNames> namesOfIngress(DestinationId destination) {
        return shelf.read(destination, now -> {
            CertificateNames decided = now.stored().names();
            return decided == null ? CertificateNames.LOCAL : decided;
        });
    }

    @Override
    public CompletionStage<ApplicationCredentials> issueApplication(
            DestinationId destination, String name, Duration life, @Nullable String passphrase) {
        check(name, life, passphrase);
        return shelf.slowly(() -> {
                    KeyPair pair = Keys.make(random);
                    Certificates.End end = new Certificates.End(name, List.of(), KeyPurposeId.id_kp_clientAuth);
                    KeyMaterial material = new KeyMaterial(
                            pair.getPrivate(),
                            certificates.sign(
                                    authorities.applications(),
                                    end,
                                    pair.getPublic(),
                                    clock.instant(),
                                    clock.instant().plus(life)));
                    String secret = passphrase == null ? new Ids(random).characters(MADE_PASSPHRASE) : passphrase;
                    return new ApplicationCredentials(
                            new Issued(material.certificate(), null).view(),
                            ApplicationFiles.pem(material),
                            ApplicationFiles.pkcs12(material, name, secret),
                            secret);
                })
                .thenCompose(made -> keep(destination, made));
    }

    @Override
    public CompletionStage<List<ApplicationCertificate>> applications(DestinationId destination) {
        return shelf.read(
                destination,
                now -> now.stored().issued().stream().map(Issued::view).toList());
    }

    @Override
    public CompletionStage<ApplicationCertificate> revoke(DestinationId destination, String serial) {
        requireNonNull(serial, "serial");
        return shelf.change(destination, now -> {
            List<Issued> all = new ArrayList<>(now.stored().issued());
            for (int i = 0; i < all.size(); i++) {
                Issued one = all.get(i);
                if (Facts.serial(one.certificate().getSerialNumber()).equalsIgnoreCase(serial)) {
                    Issued revoked = one.revoked() == null ? new Issued(one.certificate(), clock.instant()) : one;
                    all.set(i, revoked);
                    X509Certificate issuer = requireNonNull(now.stored().issuer(), "issuer");
                    return new Changed<>(now.with(now.stored().withIssued(issuer, all)), revoked.view());
                }
            }
            throw Refusal.notFound(destination + ": no certificate with the serial '" + Shown.of(serial)
                    + "' was issued for it: expected one that the list of application certificates shows");
        });
    }

    @Override
    public CompletionStage<List<X509Certificate>> signIngress(
            DestinationId destination, CertificateNames names, byte[] request) {
        requireNonNull(destination, "destination");
        byte[] given = request.clone();
        return shelf.slowly(() -> sign(authorities.ingress(), server(names.names()), CertificateRequests.keyOf(given)));
    }

    @Override
    public CompletionStage<List<X509Certificate>> signEgress(DestinationId destination, byte[] request) {
        byte[] given = request.clone();
        return shelf.slowly(() -> sign(egress(), client(destination), CertificateRequests.keyOf(given)));
    }

    /** Looks whether something has to be renewed. For tests. */
    CompletionStage<Integer> renew() {
        return renewal.renew();
    }

    @Deactivate
    void stop() {
        schedule.close();
    }

    private KeyMaterial egress() {
        return Authorities.egress(secrets, certificates, serverName, clock.instant());
    }

    private KeyMaterial renewed(DestinationId destination, CertificateRole role, X509Certificate old) {
        return role == CertificateRole.EGRESS_KEY ? egress(destination) : ingress(Facts.names(old));
    }

    private KeyMaterial egress(DestinationId destination) {
        KeyPair pair = Keys.make(random);
        return new KeyMaterial(pair.getPrivate(), sign(egress(), client(destination), pair.getPublic()));
    }

    private static Certificates.End client(DestinationId destination) {
        return new Certificates.End(destination.value(), List.of(), KeyPurposeId.id_kp_clientAuth);
    }

    private KeyMaterial ingress(List<String> names) {
        KeyPair pair = Keys.make(random);
        return new KeyMaterial(pair.getPrivate(), sign(authorities.ingress(), server(names), pair.getPublic()));
    }

    private List<X509Certificate> sign(KeyMaterial authority, Certificates.End end, PublicKey key) {
        Instant now = clock.instant();
        return certificates.sign(authority, end, key, now, now.plus(LIFE));
    }

    private static Certificates.End server(List<String> names) {
        String first = names.get(0);
        // peers look at the names; the subject is for people
        String subject = first.length() <= MAX_COMMON_NAME ? first : "Sallyport ingress";
        return new Certificates.End(subject, names, KeyPurposeId.id_kp_serverAuth);
    }

    private CompletionStage<ApplicationCredentials> keep(DestinationId destination, ApplicationCredentials made) {
        X509Certificate certificate = StoredKey.readMaterial(made.pem()).certificate();
        return shelf.change(destination, now -> {
            StoredCertificates next = now.stored()
                    .plus(
                            authorities.applications().certificate(),
                            certificate,
                            clock.instant().minus(LISTED_AFTER_END));
            if (next.issued().size() > MAX_ISSUED) {
                throw Refusal.conflict(destination + ": " + MAX_ISSUED
                        + " certificates were issued to applications: expected no more, upload the CA of your"
                        + " organization instead, or wait until some have expired");
            }
            return new Changed<>(now.with(next), made);
        });
    }

    private static void check(String name, Duration life, @Nullable String passphrase) {
        boolean printable = name.equals(name.strip()) && Shown.of(name).equals(name);
        if (name.isEmpty() || name.length() > MAX_COMMON_NAME || !printable) {
            throw new IllegalArgumentException("application name '" + Shown.of(name) + "': expected 1 to "
                    + MAX_COMMON_NAME + " printable characters without blanks at the ends");
        }
        if (life.compareTo(Duration.ofDays(1)) < 0 || life.compareTo(LIFE) > 0) {
            throw new IllegalArgumentException(
                    "a life of " + life.toHours() + " hours: expected 1 to " + LIFE.toDays() + " days");
        }
        if (passphrase != null && (passphrase.length() < LEAST_PASSPHRASE || !ApplicationFiles.isPlain(passphrase))) {
            throw new IllegalArgumentException(
                    "the passphrase is too short or has characters that some programs encode in other ways: expected at"
                            + " least " + LEAST_PASSPHRASE + " printable ASCII characters");
        }
    }
}
