// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import org.osgi.annotation.versioning.ProviderType;

/** Makes and checks security tokens on the server. The signature is deterministic: equal claims give an equal token. */
@ProviderType
public interface TokenAuthority {
    /**
     * Makes the token of {@code claims}, signed unless {@link TokenClaims#proof()} is false.
     *
     * @param claims what it is to say
     * @return the compact form (RFC 7515 §3.1); a secret
     */
    String issue(TokenClaims claims);

    /**
     * Checks form and signature of a token; whether it expired or was revoked is for the caller to say, who knows the
     * gateway and the time.
     *
     * @param token what a client showed, also hostile; bounded to 8 KiB
     * @return its claims; an unsigned descriptor comes back with {@link TokenClaims#proof()} false
     * @throws InvalidTokenException when it is not a token of this server; the message is fit for the client
     */
    TokenClaims verify(String token);
}
