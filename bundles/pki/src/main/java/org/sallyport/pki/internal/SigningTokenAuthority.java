// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.pki.InvalidTokenException;
import org.sallyport.api.pki.TokenAuthority;
import org.sallyport.api.pki.TokenClaims;
import org.sallyport.api.pki.TunnelAuthority;
import org.sallyport.api.registry.SecretStore;

/**
 * Signs tokens with a key of this server's own, made at first start: ES256 (RFC 7518 §3.4) with the nonce of RFC 6979, so
 * that the same claims always give the same token and no token has to be stored. A delayed component, as
 * {@link RenewingTunnelAuthority} is.
 */
@Component
public final class SigningTokenAuthority implements TokenAuthority {
    private static final String SECRET = "token.key";

    private final String serverName;
    private final Es256Signer signer;
    private final JWSVerifier verifier;

    @Activate
    public SigningTokenAuthority(@Reference SecretStore secrets, @Reference TunnelAuthority tunnel) {
        this(secrets, tunnel.current().serverName(), new SecureRandom());
    }

    SigningTokenAuthority(SecretStore secrets, String serverName, SecureRandom random) {
        this(
                serverName,
                new Secrets(secrets).getOrMake(SECRET, () -> Keys.make(random), StoredKey::readPair, StoredKey::write));
    }

    SigningTokenAuthority(String serverName, KeyPair pair) {
        this.serverName = serverName;
        this.signer = new Es256Signer(pair.getPrivate());
        try {
            this.verifier = new ECDSAVerifier((ECPublicKey) pair.getPublic());
        } catch (JOSEException e) {
            throw new IllegalStateException("the token key is no P-256 key: " + e.getMessage(), e);
        }
    }

    @Override
    public String issue(TokenClaims claims) {
        Base64URL header = claims.proof() ? TokenForm.SIGNED_HEADER : TokenForm.PLAIN_HEADER;
        String signed = header + "." + TokenForm.payload(claims);
        return signed + "." + (claims.proof() ? Base64URL.encode(signer.sign(signed.getBytes(US_ASCII))) : "");
    }

    @Override
    public TokenClaims verify(String token) {
        TokenForm.Parsed parsed = TokenForm.parse(token);
        TokenClaims claims = parsed.claims();
        if (!claims.serverName().equals(serverName)) {
            throw new InvalidTokenException("this is a security token of the server " + claims.serverName()
                    + ", and this server is " + serverName + ": connect to that one, or get a token from this one");
        }
        JWSObject signature = parsed.signature();
        if (signature != null && !isSigned(signature)) {
            throw new InvalidTokenException(
                    "the security token's signature is wrong: it was changed, or made before this"
                            + " server got a new key. Get a new one with gateway:token");
        }
        return claims;
    }

    private boolean isSigned(JWSObject token) {
        try {
            return token.verify(verifier);
        } catch (JOSEException e) {
            return false;
        }
    }
}
