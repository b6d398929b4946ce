// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.DestinationId;
import org.sallyport.api.GatewayId;

/**
 * The keys and certificates that destinations have at this end, server or client. They are encrypted at rest. Whether a
 * destination exists is the caller's to know: certificates may be stored before it does, and have to be
 * {@linkplain #forget forgotten} after it.
 *
 * <p>Nothing here blocks. A change is durable when its stage completes, and the legs' watchers hear of it then. Stages fail
 * with {@link CertificateFileException} when what was given cannot be used, with
 * {@link org.sallyport.api.service.Refusal} when it does not fit what is there, and with
 * {@link org.sallyport.api.registry.RegistryException} when the store fails; nothing is changed then. They complete on threads
 * of this service, on which nobody may block.
 */
@ProviderType
public interface DestinationCertificates {
    /** How long before their end certificates are replaced that can be replaced without an operator. */
    Duration RENEWED_BEFORE_END = Duration.ofDays(60);

    /**
     * Stores what somebody gave, in place of what the role had. A certificate has to be valid now, strong enough (RSA of
     * 2,048 bits, no MD5 or SHA-1 signature but a root's own) and of the kind that the role needs; a chain has to connect.
     *
     * @param destination whose
     * @param role what it is for
     * @param upload a key with its chain, or certificates to trust, as {@link CertificateRole#hasKey()} says
     * @return what is stored now
     */
    CompletionStage<List<CertificateView>> upload(
            DestinationId destination, CertificateRole role, CertificateUpload upload);

    /**
     * Removes what a role has; nothing there is no error. Certificates that were issued to applications are not touched.
     *
     * @param destination whose
     * @param role which
     * @return completes when that is durable
     */
    CompletionStage<Void> remove(DestinationId destination, CertificateRole role);

    /**
     * Removes all that a destination has here, issued certificates and keys of open requests included.
     *
     * @param destination whose
     * @return completes when that is durable
     */
    CompletionStage<Void> forget(DestinationId destination);

    /**
     * Lists what a destination has, keys never.
     *
     * @param destination whose
     * @return in the order of roles
     */
    CompletionStage<List<CertificateView>> list(DestinationId destination);

    /**
     * Lists what expires soon, or has expired, of all destinations. {@link CertificateView.Origin#ISSUED} ones are replaced
     * before, {@link CertificateView.Origin#REQUESTED} ones need a new {@linkplain #request request}.
     *
     * @param within how soon
     * @return the first to expire first
     */
    CompletionStage<List<CertificateView>> expiring(Duration within);

    /**
     * Makes a key and asks for a certificate. The key stays here and is durable before this completes; what the leg uses
     * now stays in use until {@link #install}. While a request is open, another one is made for the same key.
     *
     * @param destination whose; its ID is the request's common name
     * @param leg where the key is used
     * @return a certificate request (PKCS#10, RFC 2986), DER; no secret
     */
    CompletionStage<byte[]> request(DestinationId destination, Leg leg);

    /**
     * Takes the certificate that came back for the open {@linkplain #request request}.
     *
     * @param destination whose
     * @param leg where the key is used
     * @param chain the certificate and its issuers, no key
     * @return what is stored now
     */
    CompletionStage<List<CertificateView>> install(DestinationId destination, Leg leg, CertificateUpload chain);

    /**
     * Makes a request as {@link #request} does, if the leg needs a certificate of the other end's CA: it has no key here, or
     * one that was made here whose certificate ends within {@link #RENEWED_BEFORE_END} or is for other names. A key that
     * somebody uploaded is left alone.
     *
     * @param destination whose
     * @param leg where the key is used
     * @param names what its certificate is to be for; empty: any
     * @return a certificate request, DER; null when none is needed
     */
    CompletionStage<byte @Nullable []> requestIfDue(DestinationId destination, Leg leg, List<String> names);

    /**
     * Takes what the other end holds for this one, in place of what it sent before. Without a key, one that was made or
     * uploaded here stays. It is held in memory only, and has to be given again when this service was replaced; until then
     * the leg's watchers are told nothing.
     *
     * @param carried what was received, also hostile
     * @return completes when it is in use; fails with {@link CertificateFileException} when it cannot be read
     */
    CompletionStage<Void> adopt(CarriedLeg carried);

    /**
     * Lets go of what came through a tunnel and is not wanted any more: what the other end sent, and keys that were made
     * here with their certificates. What somebody uploaded here stays.
     *
     * @param gateway whose destinations
     * @param received destinations for which the other end holds something now; what it sent for others goes
     * @param destinations those that there are; keys of others go
     * @return completes when that is durable
     */
    CompletionStage<Void> keepOnly(GatewayId gateway, Set<DestinationId> received, Set<DestinationId> destinations);

    /**
     * Drops all that the other end sent for a gateway, keys first of all: nothing is wanted of it here any more.
     *
     * @param gateway whose destinations
     * @return completes when nothing of it is in use
     */
    CompletionStage<Void> dropReceived(GatewayId gateway);
}
