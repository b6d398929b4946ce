// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * Keys, certificates and tokens. The server's side is {@link org.sallyport.api.pki.TunnelAuthority} (the certificate that
 * clients verify) and {@link org.sallyport.api.pki.TokenAuthority} (who may attach); the client's is
 * {@link org.sallyport.api.pki.ClientIdentity} (its own key) and {@link org.sallyport.api.pki.TokenReader} (what a token
 * tells about the server).
 *
 * <p>What destinations have, at both ends: {@link org.sallyport.api.pki.DestinationCertificates} stores and lists it,
 * {@link org.sallyport.api.pki.LegCertificates} gives it to the data plane, and on a server
 * {@link org.sallyport.api.pki.CertificateIssuer} makes certificates of its own CAs and
 * {@link org.sallyport.api.pki.HeldCertificates} tells what clients have to know.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.api.pki;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
