// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCS12PBEParams;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.PBEParametersGenerator;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA224Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.generators.SCrypt;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.bc.BcPKCS12PBEInputDecryptorProviderBuilder;
import org.sallyport.api.Shown;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateFileException.Problem;
import org.sallyport.api.pki.CertificateUpload;

/**
 * Decrypts what a passphrase protects: PBES2 (RFC 8018 §6.2) with PBKDF2 or scrypt (RFC 7914), which OpenSSL 3 and Java
 * write, and the triple DES and RC2 of PKCS#12 (RFC 7292 appendix C), which older programs write. How much work a file asks
 * for is bounded before it is done.
 */
final class Passphrases {
    private static final int MAX_ITERATIONS = 5_000_000;
    private static final long MAX_SCRYPT_BYTES = 64L << 20;
    private static final int MAX_SCRYPT_LANES = 16;

    private static final Map<ASN1ObjectIdentifier, Supplier<Digest>> DIGESTS = Map.of(
            PKCSObjectIdentifiers.id_hmacWithSHA1, SHA1Digest::new,
            PKCSObjectIdentifiers.id_hmacWithSHA224, SHA224Digest::new,
            PKCSObjectIdentifiers.id_hmacWithSHA256, SHA256Digest::new,
            PKCSObjectIdentifiers.id_hmacWithSHA384, SHA384Digest::new,
            PKCSObjectIdentifiers.id_hmacWithSHA512, SHA512Digest::new);

    private static final Map<ASN1ObjectIdentifier, Scheme> SCHEMES = Map.of(
            NISTObjectIdentifiers.id_aes128_CBC, new Scheme("AES", 16),
            NISTObjectIdentifiers.id_aes192_CBC, new Scheme("AES", 24),
            NISTObjectIdentifiers.id_aes256_CBC, new Scheme("AES", 32),
            PKCSObjectIdentifiers.des_EDE3_CBC, new Scheme("DESede", 24));

    private record Scheme(String cipher, int keyBytes) {}

    /** A passphrase that does not fit; whoever knows what it was for says so. */
    static final class WrongPassphrase extends Exception {
        private static final long serialVersionUID = 1L;

        WrongPassphrase() {
            super("the passphrase does not fit");
        }
    }

    private Passphrases() {}

    /** {@return what was encrypted; with a wrong passphrase garbage, rarely, and mostly the exception} */
    static byte[] decrypt(AlgorithmIdentifier how, byte[] encrypted, char[] passphrase) throws WrongPassphrase {
        ASN1ObjectIdentifier algorithm = how.getAlgorithm();
        if (PKCSObjectIdentifiers.id_PBES2.equals(algorithm)) {
            return pbes2(PBES2Parameters.getInstance(how.getParameters()), encrypted, passphrase);
        }
        if (algorithm.on(PKCSObjectIdentifiers.pkcs_12PbeIds)) {
            return pkcs12(how, encrypted, passphrase);
        }
        throw notSupported(algorithm);
    }

    /** Refuses work without end, as a file can ask for. */
    static void checkIterations(BigInteger iterations) {
        if (iterations.signum() <= 0 || iterations.compareTo(BigInteger.valueOf(MAX_ITERATIONS)) > 0) {
            throw new CertificateFileException(
                    Problem.NOT_SUPPORTED,
                    "the encryption asks for " + Shown.of(iterations.toString()) + " iterations: expected at most "
                            + MAX_ITERATIONS + ", encrypt the key again with fewer");
        }
    }

    private static byte[] pbes2(PBES2Parameters how, byte[] encrypted, char[] passphrase) throws WrongPassphrase {
        EncryptionScheme encryption = how.getEncryptionScheme();
        Scheme scheme = SCHEMES.get(encryption.getAlgorithm());
        if (scheme == null) {
            throw notSupported(encryption.getAlgorithm());
        }
        byte[] key = key(how.getKeyDerivationFunc(), scheme.keyBytes(), passphrase);
        try {
            Cipher cipher = Cipher.getInstance(scheme.cipher() + "/CBC/PKCS5Padding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(key, scheme.cipher()),
                    new IvParameterSpec(ASN1OctetString.getInstance(encryption.getParameters())
                            .getOctets()));
            return cipher.doFinal(encrypted);
        } catch (GeneralSecurityException e) {
            throw new WrongPassphrase();
        }
    }

    private static byte[] key(KeyDerivationFunc how, int bytes, char[] passphrase) {
        byte[] secret = PBEParametersGenerator.PKCS5PasswordToUTF8Bytes(passphrase);
        if (MiscObjectIdentifiers.id_scrypt.equals(how.getAlgorithm())) {
            ScryptParams scrypt = ScryptParams.getInstance(how.getParameters());
            BigInteger memory =
                    scrypt.getCostParameter().multiply(scrypt.getBlockSize()).shiftLeft(7);
            if (memory.compareTo(BigInteger.valueOf(MAX_SCRYPT_BYTES)) > 0
                    || scrypt.getParallelizationParameter().compareTo(BigInteger.valueOf(MAX_SCRYPT_LANES)) > 0) {
                throw new CertificateFileException(
                        Problem.NOT_SUPPORTED,
                        "the encryption asks for too much memory: expected scrypt of at most "
                                + (MAX_SCRYPT_BYTES >> 20) + " MiB and " + MAX_SCRYPT_LANES
                                + " lanes, encrypt the key again");
            }
            return SCrypt.generate(
                    secret,
                    scrypt.getSalt(),
                    scrypt.getCostParameter().intValueExact(),
                    scrypt.getBlockSize().intValueExact(),
                    scrypt.getParallelizationParameter().intValueExact(),
                    bytes);
        }
        if (!PKCSObjectIdentifiers.id_PBKDF2.equals(how.getAlgorithm())) {
            throw notSupported(how.getAlgorithm());
        }
        PBKDF2Params kdf = PBKDF2Params.getInstance(how.getParameters());
        checkIterations(kdf.getIterationCount());
        Supplier<Digest> digest = DIGESTS.get(kdf.getPrf().getAlgorithm());
        if (digest == null) {
            throw notSupported(kdf.getPrf().getAlgorithm());
        }
        PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(digest.get());
        generator.init(secret, kdf.getSalt(), kdf.getIterationCount().intValueExact());
        return ((KeyParameter) generator.generateDerivedMacParameters(bytes * Byte.SIZE)).getKey();
    }

    private static byte[] pkcs12(AlgorithmIdentifier how, byte[] encrypted, char[] passphrase) throws WrongPassphrase {
        checkIterations(PKCS12PBEParams.getInstance(how.getParameters()).getIterations());
        try {
            return new BcPKCS12PBEInputDecryptorProviderBuilder()
                    .build(passphrase)
                    .get(how)
                    .getInputStream(new ByteArrayInputStream(encrypted))
                    .readAllBytes();
        } catch (OperatorCreationException e) {
            throw notSupported(how.getAlgorithm());
        } catch (IOException e) {
            throw new WrongPassphrase();
        }
    }

    /** {@return the characters of a passphrase; none stand for no passphrase} */
    static char[] of(CertificateUpload upload) {
        return upload.passphrase() == null ? new char[0] : upload.passphrase().toCharArray();
    }

    static CertificateFileException needed() {
        return new CertificateFileException(
                Problem.PASSPHRASE_NEEDED, "the private key is encrypted: give its passphrase too");
    }

    static CertificateFileException wrong() {
        return new CertificateFileException(
                Problem.WRONG_PASSPHRASE,
                "the passphrase does not open the private key: give the one it was encrypted with");
    }

    static CertificateFileException notSupported(ASN1ObjectIdentifier algorithm) {
        return new CertificateFileException(
                Problem.NOT_SUPPORTED,
                "the private key is encrypted by a method that is not read (" + Shown.of(algorithm.getId())
                        + "): expected PBES2 with AES or triple DES, convert it with openssl pkcs8 -topk8 -v2 aes256");
    }
}
