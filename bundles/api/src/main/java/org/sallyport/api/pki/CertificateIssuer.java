// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.DestinationId;

/**
 * What the server's CAs issue for destinations. As a service it is there only on a server, once its CAs are durable.
 * Nothing here blocks; stages fail as those of {@link DestinationCertificates} do.
 */
@ProviderType
public interface CertificateIssuer {
    /** How long a certificate is valid at most, its early begin included. */
    Duration LONGEST_LIFE = Duration.ofDays(397);

    /** {@return the CA that applications have to trust where an ingress certificate was issued} */
    X509Certificate ingressAuthority();

    /** {@return the CA that resources have to trust where an egress certificate was signed} */
    CompletionStage<X509Certificate> egressAuthority();

    /**
     * Issues the key and certificate that applications see at this server, in place of what is there. It is valid for
     * {@link #LONGEST_LIFE} and replaced, with a new key for the same names, 60 days before it expires.
     *
     * @param destination whose
     * @param names what applications connect to
     * @return what is stored now
     */
    CompletionStage<List<CertificateView>> issueIngress(DestinationId destination, CertificateNames names);

    /**
     * Makes the key and certificate that this server shows to a resource, unless there is one. It is signed by the CA of
     * {@link #egressAuthority}, its only name is the destination's ID, and it is replaced, with a new key, 60 days before it
     * expires.
     *
     * @param destination whose
     * @return whether it was made
     */
    CompletionStage<Boolean> provideEgress(DestinationId destination);

    /**
     * Decides what the certificates are for that clients of a cloud destination show to applications. Those that clients
     * have are replaced when they hear of it.
     *
     * @param destination whose
     * @param names what applications connect to
     * @return completes when that is durable
     */
    CompletionStage<Void> nameIngress(DestinationId destination, CertificateNames names);

    /**
     * Tells what {@link #nameIngress} decided last.
     *
     * @param destination whose
     * @return those names, {@link CertificateNames#LOCAL} when nobody decided
     */
    CompletionStage<CertificateNames> namesOfIngress(DestinationId destination);

    /**
     * Issues a certificate that an application shows. From then on the destination accepts the certificates that were
     * issued for it, beside those of the CAs that were uploaded.
     *
     * @param destination where it is accepted, and nowhere else
     * @param name the application's, the certificate's common name; 1–64 printable characters
     * @param life how long it is valid, at least a day, at most {@link #LONGEST_LIFE} less a day
     * @param passphrase what is to protect the PKCS#12 file, at least 8 characters; null: one is made
     * @return what the application is given; only its facts are kept
     */
    CompletionStage<ApplicationCredentials> issueApplication(
            DestinationId destination, String name, Duration life, @Nullable String passphrase);

    /**
     * Lists what was issued to applications, revoked ones included; what has expired is dropped from time to time.
     *
     * @param destination whose
     * @return in the order of issue
     */
    CompletionStage<List<ApplicationCertificate>> applications(DestinationId destination);

    /**
     * Revokes an application's certificate for good: handshakes to come do not accept it.
     *
     * @param destination whose
     * @param serial as {@link CertificateFacts#serial()} shows it
     * @return what it is now; fails with a refusal when there is none of that serial
     */
    CompletionStage<ApplicationCertificate> revoke(DestinationId destination, String serial);

    /**
     * Signs the request of a client whose end of a destination applications connect to. Nothing but the public key is taken
     * from the request; that its maker has the private key is verified (RFC 2986 §4.2).
     *
     * @param destination whose
     * @param names what applications connect to
     * @param request PKCS#10, DER or PEM, at most 64 KiB; also hostile
     * @return the certificate, then the CA
     */
    CompletionStage<List<X509Certificate>> signIngress(
            DestinationId destination, CertificateNames names, byte[] request);

    /**
     * Signs the request of a client that shows a certificate to a resource, by a CA that does nothing else. The
     * destination's ID is its only name.
     *
     * @param destination whose
     * @param request as for {@link #signIngress}
     * @return the certificate, then the CA
     */
    CompletionStage<List<X509Certificate>> signEgress(DestinationId destination, byte[] request);
}
