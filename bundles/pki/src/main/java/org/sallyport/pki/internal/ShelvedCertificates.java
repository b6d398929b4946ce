// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.bouncycastle.operator.OperatorCreationException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.DestinationId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.pki.CarriedLeg;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateFileException.Problem;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.CertificateView;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.registry.SecretStore;
import org.sallyport.api.service.Refusal;
import org.sallyport.pki.internal.CertificateShelf.Changed;
import org.sallyport.pki.internal.StoredCertificates.Held;

/** What people and the other end do with the certificates on the shelf. */
@Component
public final class ShelvedCertificates implements DestinationCertificates {
    private final SecretStore secrets;
    private final CertificateShelf shelf;
    private final ReceivedLegs received;
    private final Clock clock;
    private final SecureRandom random;

    @Activate
    public ShelvedCertificates(@Reference SecretStore secrets, @Reference CertificateShelf shelf) {
        this(secrets, shelf, Clock.systemUTC(), new SecureRandom());
    }

    ShelvedCertificates(SecretStore secrets, CertificateShelf shelf, Clock clock, SecureRandom random) {
        this.secrets = secrets;
        this.shelf = shelf;
        this.received = new ReceivedLegs(shelf);
        this.clock = clock;
        this.random = random;
    }

    @Override
    public CompletionStage<List<CertificateView>> upload(
            DestinationId destination, CertificateRole role, CertificateUpload upload) {
        requireNonNull(upload, "upload");
        return shelf.slowly(() -> role.hasKey()
                        ? Held.of(CertificateFiles.keyAndChain(upload, role.leg(), clock.instant()), Origin.UPLOADED)
                        : new Held(null, CertificateFiles.trusted(upload, clock.instant()), Origin.UPLOADED))
                .thenCompose(held -> role == CertificateRole.APPLICATION_CAS ? notOurs(held) : done(held))
                .thenCompose(held -> put(destination, role, held));
    }

    @Override
    public CompletionStage<Void> remove(DestinationId destination, CertificateRole role) {
        return put(destination, role, null).thenAccept(views -> {});
    }

    @Override
    public CompletionStage<Void> forget(DestinationId destination) {
        return shelf.forget(destination);
    }

    @Override
    public CompletionStage<List<CertificateView>> list(DestinationId destination) {
        return shelf.read(destination, now -> now.views(destination));
    }

    @Override
    public CompletionStage<List<CertificateView>> expiring(Duration within) {
        Instant until = clock.instant().plus(within);
        return shelf.readAll(all -> all.entrySet().stream()
                .flatMap(one -> one.getValue().views(one.getKey()).stream())
                .filter(view -> view.facts().notAfter().isBefore(until))
                .sorted(Comparator.comparing(view -> view.facts().notAfter()))
                .toList());
    }

    @Override
    public CompletionStage<byte[]> request(DestinationId destination, Leg leg) {
        return shelf.slowly(() -> Keys.make(random))
                .thenCompose(made -> shelf.change(destination, now -> {
                    KeyPair open = now.stored().requests().get(leg);
                    KeyPair used = open == null ? made : open;
                    return new Changed<>(now.with(now.stored().withRequest(leg, used)), used);
                }))
                .thenCompose(pair -> shelf.slowly(() -> request(destination, pair)));
    }

    @Override
    public CompletionStage<List<CertificateView>> install(DestinationId destination, Leg leg, CertificateUpload chain) {
        requireNonNull(chain, "chain");
        CertificateRole role = CertificateRole.keyOf(leg);
        return shelf.read(destination, now -> open(now, destination, leg)).thenCompose(pair -> shelf.slowly(
                        () -> new Held(
                                pair.getPrivate(),
                                CertificateFiles.chainOf(pair.getPublic(), chain, leg, clock.instant()),
                                Origin.REQUESTED))
                .thenCompose(held -> shelf.change(destination, now -> {
                    if (!open(now, destination, leg).equals(pair)) {
                        throw Refusal.conflict(
                                destination + ": another certificate was installed meanwhile, look what is there now");
                    }
                    Holdings next = now.with(now.stored().with(role, held).withRequest(leg, null));
                    return new Changed<>(next, next.views(destination));
                })));
    }

    @Override
    @SuppressWarnings("NullAway") // a stage of nothing is completed with null
    public CompletionStage<byte @Nullable []> requestIfDue(DestinationId destination, Leg leg, List<String> names) {
        Instant until = clock.instant().plus(RENEWED_BEFORE_END);
        return shelf.read(destination, now -> ReceivedLegs.isDue(now, leg, names, until))
                .thenCompose(due -> due ? request(destination, leg) : CompletableFuture.completedStage(null));
    }

    @Override
    public CompletionStage<Void> adopt(CarriedLeg carried) {
        return received.adopt(carried);
    }

    @Override
    public CompletionStage<Void> keepOnly(
            GatewayId gateway, Set<DestinationId> holding, Set<DestinationId> destinations) {
        return received.keepOnly(gateway, holding, destinations);
    }

    @Override
    public CompletionStage<Void> dropReceived(GatewayId gateway) {
        return received.dropAll(gateway);
    }

    private CompletionStage<List<CertificateView>> put(
            DestinationId destination, CertificateRole role, @Nullable Held held) {
        requireNonNull(role, "role");
        return shelf.change(destination, now -> {
            Holdings next = now.with(now.stored().with(role, held));
            return new Changed<>(next, next.views(destination));
        });
    }

    private static KeyPair open(Holdings now, DestinationId destination, Leg leg) {
        KeyPair pair = now.stored().requests().get(leg);
        if (pair == null) {
            throw Refusal.conflict(destination
                    + ": no certificate was requested for this leg, or it is installed already: make a request first");
        }
        return pair;
    }

    private static byte[] request(DestinationId destination, KeyPair pair) {
        try {
            return CertificateRequests.make(destination.value(), pair);
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException("a request for a key that was made here can be signed", e);
        }
    }

    /**
     * Keeps our own CA for applications from being uploaded: it would open the destination to what was issued for others,
     * and to what was revoked.
     */
    private CompletionStage<Held> notOurs(Held held) {
        return secrets.get(Authorities.APPLICATIONS).thenCompose(stored -> {
            if (stored != null) {
                X509Certificate ours = StoredKey.readMaterial(stored).certificate();
                for (X509Certificate certificate : held.certificates()) {
                    if (certificate.getPublicKey().equals(ours.getPublicKey())) {
                        throw new CertificateFileException(
                                Problem.WRONG_KIND,
                                "this is the CA of this server itself: leave it out, what it issues for a destination"
                                        + " is accepted there without");
                    }
                }
            }
            return done(held);
        });
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedStage(value);
    }
}
