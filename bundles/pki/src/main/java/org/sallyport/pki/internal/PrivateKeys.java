// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateFileException.Problem;
import org.sallyport.pki.internal.Passphrases.WrongPassphrase;

/** Private keys in all their encodings, as the JDK's keys, which is what TLS engines take. */
final class PrivateKeys {
    private static final Map<ASN1ObjectIdentifier, String> ALGORITHMS = Map.of(
            PKCSObjectIdentifiers.rsaEncryption, "RSA",
            PKCSObjectIdentifiers.id_RSASSA_PSS, "RSASSA-PSS",
            X9ObjectIdentifiers.id_ecPublicKey, "EC",
            EdECObjectIdentifiers.id_Ed25519, "Ed25519");

    /** The curves of TLS by the length of a private key in bytes. */
    private static final Map<Integer, ASN1ObjectIdentifier> CURVES = Map.of(
            32, SECObjectIdentifiers.secp256r1, 48, SECObjectIdentifiers.secp384r1, 66, SECObjectIdentifiers.secp521r1);

    private PrivateKeys() {}

    static PrivateKey of(RSAPrivateKey key) {
        return of(info(new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE), key));
    }

    static PrivateKey of(ECPrivateKey key) {
        // the curve may be left out (RFC 5915 §3); of those that are used here each has a length of its own
        ASN1Encodable curve = key.getParametersObject();
        if (curve == null) {
            curve = CURVES.get(ASN1OctetString.getInstance(
                            ASN1Sequence.getInstance(key.toASN1Primitive()).getObjectAt(1))
                    .getOctetsLength());
        }
        if (curve == null) {
            throw notSupported();
        }
        return of(info(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), key));
    }

    static PrivateKey of(PrivateKeyInfo info) {
        String algorithm = ALGORITHMS.get(info.getPrivateKeyAlgorithm().getAlgorithm());
        if (algorithm == null) {
            throw notSupported();
        }
        try {
            KeyFactory keys = KeyFactory.getInstance(algorithm);
            PrivateKey key = keys.generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
            // some write the public key into it, some do not: made anew, equal keys are equal
            return key instanceof java.security.interfaces.ECPrivateKey
                    ? keys.generatePrivate(keys.getKeySpec(key, ECPrivateKeySpec.class))
                    : key;
        } catch (GeneralSecurityException | IOException e) {
            // its message may hold parts of the key
            throw notSupported();
        }
    }

    /** {@return the key of decrypted PKCS#8} */
    static PrivateKey decoded(byte[] der) {
        PrivateKeyInfo info;
        try {
            info = PrivateKeyInfo.getInstance(der);
        } catch (RuntimeException e) {
            // a wrong passphrase gives bytes that no parser expects
            throw Passphrases.wrong();
        }
        return of(info);
    }

    static PrivateKey decrypted(EncryptedPrivateKeyInfo locked, char[] passphrase) {
        if (passphrase.length == 0) {
            throw Passphrases.needed();
        }
        try {
            return decoded(Passphrases.decrypt(locked.getEncryptionAlgorithm(), locked.getEncryptedData(), passphrase));
        } catch (WrongPassphrase e) {
            throw Passphrases.wrong();
        }
    }

    /** {@return whether the two are a pair: what one signs, the other verifies} */
    static boolean belong(PrivateKey privateKey, PublicKey publicKey) {
        try {
            byte[] text = new byte[32];
            new SecureRandom().nextBytes(text);
            Signature signature = signature(privateKey);
            signature.initSign(privateKey);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // keys of two kinds
            return false;
        }
    }

    private static Signature signature(PrivateKey key) throws GeneralSecurityException {
        if (key.getAlgorithm().equals("RSASSA-PSS")) {
            Signature signature = Signature.getInstance("RSASSA-PSS");
            signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            return signature;
        }
        return Signature.getInstance(
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "Ed25519";
                });
    }

    private static PrivateKeyInfo info(AlgorithmIdentifier algorithm, ASN1Object key) {
        try {
            return new PrivateKeyInfo(algorithm, key);
        } catch (IOException e) {
            throw new IllegalStateException("what was decoded has an encoding", e);
        }
    }

    private static CertificateFileException notSupported() {
        return new CertificateFileException(
                Problem.NOT_SUPPORTED,
                "the private key is damaged or of a kind that TLS ends here do not use: expected RSA, EC on P-256, P-384"
                        + " or P-521, or Ed25519");
    }
}
