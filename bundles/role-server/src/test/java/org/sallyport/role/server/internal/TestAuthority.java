// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.math.BigInteger;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.security.auth.x500.X500Principal;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.InvalidTokenException;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.TokenAuthority;
import org.sallyport.api.pki.TokenClaims;
import org.sallyport.api.pki.TunnelAuthority;
import org.sallyport.api.pki.TunnelIdentity;

/** Knows the tokens that it made; its certificates are names only, because nothing here looks into them. */
final class TestAuthority implements TunnelAuthority, TokenAuthority {
    static final String PIN = "ab".repeat(32);

    private final X509Certificate certificate = new NoCertificate();
    private final Map<String, TokenClaims> issued = new ConcurrentHashMap<>();

    /** {@return one that says nothing} */
    X509Certificate certificate() {
        return certificate;
    }

    @Override
    public String issue(TokenClaims claims) {
        String token = (claims.proof() ? "token " : "descriptor ") + claims;
        issued.put(token, claims);
        return token;
    }

    @Override
    public TokenClaims verify(String token) {
        TokenClaims claims = issued.get(token);
        if (claims == null) {
            throw new InvalidTokenException("this is no token of this server; ask its operator for one");
        }
        return claims;
    }

    @Override
    public TunnelIdentity current() {
        return new TunnelIdentity(
                "test.sallyport",
                PIN,
                null,
                new KeyMaterial(new NoKey(), List.of(certificate)),
                Instant.parse("2027-01-01T00:00:00Z"));
    }

    @Override
    public Registration watch(Consumer<TunnelIdentity> watcher) {
        watcher.accept(current());
        return () -> {};
    }

    private static final class NoKey implements PrivateKey {
        private static final long serialVersionUID = 1L;

        @Override
        public String getAlgorithm() {
            return "none";
        }

        @Override
        public String getFormat() {
            return "none";
        }

        @Override
        public byte[] getEncoded() {
            return new byte[0];
        }
    }

    @SuppressWarnings("JavaUtilDate") // in the class that this is
    private static final class NoCertificate extends X509Certificate {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean equals(Object other) {
            return other == this;
        }

        @Override
        public int hashCode() {
            return 1;
        }

        @Override
        public X500Principal getSubjectX500Principal() {
            return new X500Principal("CN=test");
        }

        @Override
        public void checkValidity() {}

        @Override
        public void checkValidity(Date date) {}

        @Override
        public int getVersion() {
            return 3;
        }

        @Override
        public BigInteger getSerialNumber() {
            return BigInteger.ONE;
        }

        @Override
        @SuppressWarnings("deprecation") // abstract in the class that this is
        public Principal getIssuerDN() {
            return new X500Principal("CN=test");
        }

        @Override
        @SuppressWarnings("deprecation") // abstract in the class that this is
        public Principal getSubjectDN() {
            return new X500Principal("CN=test");
        }

        @Override
        public Date getNotBefore() {
            return new Date(0);
        }

        @Override
        public Date getNotAfter() {
            return new Date(Long.MAX_VALUE);
        }

        @Override
        public byte[] getTBSCertificate() {
            return new byte[0];
        }

        @Override
        public byte[] getSignature() {
            return new byte[0];
        }

        @Override
        public String getSigAlgName() {
            return "none";
        }

        @Override
        public String getSigAlgOID() {
            return "1.1";
        }

        @Override
        public byte[] getSigAlgParams() {
            return new byte[0];
        }

        @Override
        public boolean[] getIssuerUniqueID() {
            return null;
        }

        @Override
        public boolean[] getSubjectUniqueID() {
            return null;
        }

        @Override
        public boolean[] getKeyUsage() {
            return null;
        }

        @Override
        public int getBasicConstraints() {
            return -1;
        }

        @Override
        public byte[] getEncoded() {
            return new byte[0];
        }

        @Override
        public void verify(PublicKey key) {}

        @Override
        public void verify(PublicKey key, String provider) {}

        @Override
        public String toString() {
            return "a certificate for tests";
        }

        @Override
        public PublicKey getPublicKey() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean hasUnsupportedCriticalExtension() {
            return false;
        }

        @Override
        public Set<String> getCriticalExtensionOIDs() {
            return Set.of();
        }

        @Override
        public Set<String> getNonCriticalExtensionOIDs() {
            return Set.of();
        }

        @Override
        public byte[] getExtensionValue(String oid) {
            return null;
        }
    }
}
