// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.sallyport.pki.internal.Made.NOW;
import static org.sallyport.pki.internal.Made.block;
import static org.sallyport.pki.internal.Made.bytes;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateFileException.Problem;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.Leg;

@Timeout(60)
class CertificateRefusalTest {
    private final Made root = Made.ca("root");
    private final Made end = Made.of("end", wish -> wish.by(root));

    @Test
    void whatIsTooLargeIsRefusedUnread() {
        byte[] half = new byte[CertificateUpload.MAX_BYTES / 2];
        byte[] more = new byte[CertificateUpload.MAX_BYTES / 2 + 1];

        assertRefused(Problem.TOO_LARGE, "expected certificates and keys of at most 1048576 bytes", half, more);
        assertTrustRefused(Problem.TOO_LARGE, "1048577 bytes", half, more);
    }

    @Test
    void whatIsNoCertificateAtAllIsRefused() {
        assertRefused(Problem.NOT_X509, "expected X.509 certificates", bytes("hello"));
        assertRefused(Problem.NOT_X509, "PEM block 'CERTIFICATE'", bytes(block("CERTIFICATE", bytes("hello"))));
        assertRefused(Problem.NOT_X509, "damaged or cut off", bytes(end.pem().substring(0, 100)));
        assertRefused(Problem.NOT_X509, "damaged or cut off", bytes(end.pem().replace('M', '!')));
        assertRefused(Problem.NOT_X509, "cut off", Arrays.copyOf(end.der(), 200));
        assertRefused(Problem.NO_CERTIFICATE, "the file is empty", new byte[0]);
    }

    @Test
    void elementsNestedWithoutEndAreRefused() {
        byte[] nested = new byte[CertificateUpload.MAX_BYTES];
        for (int i = 0; i + 1 < nested.length; i += 2) {
            nested[i] = 0x30;
            nested[i + 1] = (byte) 0x80;
        }

        assertRefused(Problem.NOT_X509, "damaged", nested);
    }

    @Test
    void damagedFilesAreRefusedAndNeverBreakTheReader() {
        byte[] locked = locked(
                new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, new PBKDF2Params(new byte[8], 10, hmac())));
        byte[] store = ApplicationFiles.pkcs12(DestinationCertificatesTest.material(end), "end", "geheim77");
        byte[] key = end.pair().getPrivate().getEncoded();
        Random random = new Random(7);
        for (byte[] whole : List.of(bytes(end.keyPem(), end.pem()), end.der(), key, locked, store)) {
            for (int i = 0; i < 200; i++) {
                byte[] damaged = whole.clone();
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                CertificateUpload upload =
                        CertificateUpload.of(damaged, end.der(), root.der()).withPassphrase("geheim77");
                try {
                    CertificateFiles.keyAndChain(upload, Leg.INGRESS, NOW);
                } catch (CertificateFileException e) {
                    assertThat(e.getMessage()).doesNotContain(secretOf(end), "geheim77");
                    assertThat(e.getCause()).isNull();
                }
            }
        }
    }

    @Test
    void aMissingPartIsNamed() {
        assertRefused(Problem.NO_CERTIFICATE, "no certificate: expected", bytes(end.keyPem()));
        assertRefused(Problem.NO_KEY, "expected it beside the certificate", bytes(end.pem()));
        assertTrustRefused(Problem.WRONG_KIND, "a private key among certificates", bytes(root.pem(), root.keyPem()));
    }

    @Test
    void severalKeysAreRefusedButTheSameTwiceIsOne() {
        assertRefused(
                Problem.SEVERAL_KEYS, "2 private keys: expected one", bytes(end.keyPem(), root.keyPem(), end.pem()));

        CertificateFiles.keyAndChain(
                CertificateUpload.of(bytes(end.keyPem(), end.keyPem(), end.pem())), Leg.INGRESS, NOW);
    }

    @Test
    void aKeyThatBelongsToNoCertificateIsRefused() {
        assertRefused(
                Problem.KEY_MISMATCH, "the first of which is certificate 'CN=end'", bytes(root.keyPem(), end.pem()));
        Made rsa = Made.of("rsa", wish -> wish.key(Made.rsa(2048)));
        assertRefused(Problem.KEY_MISMATCH, "certificate 'CN=end'", bytes(rsa.keyPem(), end.pem()));
    }

    @Test
    void whatIsNotValidNowIsRefused() {
        Made old = Made.of("old", wish -> wish.valid(NOW.minusSeconds(9), NOW.minusSeconds(1)));
        Made young = Made.of("young", wish -> wish.valid(NOW.plusSeconds(1), NOW.plusSeconds(9)));

        assertRefused(Problem.EXPIRED, "'CN=old' expired on 2026-03-01T11:59:59Z", bytes(old.keyPem(), old.pem()));
        assertRefused(
                Problem.NOT_YET_VALID,
                "'CN=young' is valid from 2026-03-01T12:00:01Z only, and here it is 2026-03-01T12:00:00Z",
                bytes(young.keyPem(), young.pem()));
        assertTrustRefused(Problem.EXPIRED, "leave it out", bytes(root.pem(), old.pem()));
        assertTrustRefused(Problem.NOT_YET_VALID, "this machine's clock", young.der());
    }

    @Test
    void anExpiredCaInTheChainIsRefused() {
        Made old = Made.of("old", wish -> wish.ca().valid(NOW.minusSeconds(9), NOW.minusSeconds(1)));
        Made below = Made.of("below", wish -> wish.by(old));

        assertRefused(Problem.EXPIRED, "'CN=old'", bytes(below.keyPem(), below.pem(), old.pem()));
    }

    @Test
    void whatIsTooWeakIsRefused() {
        Made small = Made.of("small", wish -> wish.key(Made.rsa(1024)));
        Made forged = Made.of("forged", wish -> wish.by(root).signature("SHA1withECDSA"));
        Made rsaRoot = Made.of("rsa", wish -> wish.ca().key(Made.rsa(2048)));
        Made md5 = Made.of("md5", wish -> wish.by(rsaRoot).signature("MD5withRSA"));

        assertRefused(
                Problem.TOO_WEAK,
                "an RSA key of 1024 bits: expected at least 2048",
                bytes(small.keyPem(), small.pem()));
        assertTrustRefused(Problem.TOO_WEAK, "1024 bits", small.der());
        assertRefused(Problem.TOO_WEAK, "is signed with SHA1withECDSA", bytes(forged.keyPem(), forged.pem()));
        assertTrustRefused(Problem.TOO_WEAK, "is signed with MD5withRSA", md5.der());
    }

    @Test
    void aCaIsNoEndsCertificate() {
        Made between = Made.of("between", wish -> wish.ca().by(root));

        assertRefused(
                Problem.WRONG_KIND, "'CN=root' is a CA: expected the certificate", bytes(root.keyPem(), root.pem()));
        assertRefused(Problem.WRONG_KIND, "'CN=between' is a CA", bytes(between.keyPem(), between.pem()));
    }

    @Test
    void aCertificateForTheOtherSideOfTlsIsRefused() {
        Made client = Made.of("client", wish -> wish.purpose(KeyPurposeId.id_kp_clientAuth));
        byte[] file = bytes(client.keyPem(), client.pem());

        assertRefused(Problem.WRONG_KIND, "'CN=client' is not for TLS servers", file);
        CertificateFiles.keyAndChain(CertificateUpload.of(file), Leg.EGRESS, NOW);
    }

    @Test
    void requestsAndPublicKeysAreNamedForWhatTheyAre() throws Exception {
        byte[] request = CertificateRequests.make("end", end.pair());

        assertRefused(
                Problem.WRONG_KIND,
                "no certificate, but a certificate request: expected one that a CA has signed",
                bytes(end.keyPem(), block("CERTIFICATE REQUEST", request)));
        assertTrustRefused(Problem.WRONG_KIND, "but a certificate request", request);
        assertTrustRefused(
                Problem.WRONG_KIND, "but a public key", end.pair().getPublic().getEncoded());
    }

    @Test
    void aChainThatDoesNotConnectIsRefused() {
        Made other = Made.ca("other");
        Made impostor = Made.of("root", wish -> wish.ca());

        assertRefused(
                Problem.CHAIN_BROKEN,
                "certificate 'CN=other' has not signed certificate 'CN=end'",
                bytes(end.keyPem(), end.pem(), other.pem()));
        assertRefused(Problem.CHAIN_BROKEN, "'CN=root' has not signed", bytes(end.keyPem(), end.pem(), impostor.pem()));
        assertRefused(
                Problem.CHAIN_BROKEN,
                "certificate 'CN=other' has not signed certificate 'CN=root'",
                bytes(end.keyPem(), end.pem(), root.pem(), other.pem()));
    }

    @Test
    void anEndThatSignedAnotherIsNoChain() {
        Made below = Made.of("below", wish -> wish.by(end));

        assertRefused(
                Problem.WRONG_KIND,
                "'CN=end' has signed another one and is no CA",
                bytes(below.keyPem(), below.pem(), end.pem()));
    }

    @Test
    void moreCertificatesThanAPersonLooksThroughAreRefused() {
        List<byte[]> files = new ArrayList<>();
        for (int i = 0; i <= CertificateUpload.MAX_AUTHORITIES; i++) {
            files.add(Made.ca("ca" + i).der());
        }

        assertTrustRefused(Problem.TOO_MANY, "33 certificates: expected at most 32", files.toArray(byte[][]::new));
        CertificateFiles.trusted(new CertificateUpload(files.subList(1, files.size()), null), NOW);
        byte[] many = bytes(root.pem().repeat(201));
        assertTrustRefused(Problem.TOO_MANY, "more than 200", many);
    }

    @Test
    void aPassphraseIsAskedForAndAWrongOneIsNotRepeated() {
        byte[] key = locked(
                new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, new PBKDF2Params(new byte[8], 1000, hmac())));
        byte[] legacy = bytes(
                """
                -----BEGIN EC PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF

                AAAAAAAAAAAAAAAAAAAAAA==
                -----END EC PRIVATE KEY-----
                """);
        for (byte[] file : List.of(key, legacy)) {
            CertificateUpload upload = CertificateUpload.of(file, end.der());
            assertRefused(Problem.PASSPHRASE_NEEDED, "give its passphrase too", () -> read(upload));
            assertRefused(Problem.PASSPHRASE_NEEDED, "is encrypted", () -> read(upload.withPassphrase("")));
            assertRefused(Problem.WRONG_PASSPHRASE, "does not open", () -> read(upload.withPassphrase("geheim77")));
        }
        assertTrustRefused(Problem.WRONG_KIND, "a private key among certificates", key, root.der());
    }

    @Test
    void workWithoutEndIsRefusedBeforeItIsDone() {
        byte[] iterations = locked(new KeyDerivationFunc(
                PKCSObjectIdentifiers.id_PBKDF2, new PBKDF2Params(new byte[8], Integer.MAX_VALUE, hmac())));
        byte[] memory = locked(
                new KeyDerivationFunc(MiscObjectIdentifiers.id_scrypt, new ScryptParams(new byte[8], 1 << 30, 8, 1)));

        assertRefused(
                Problem.NOT_SUPPORTED,
                "asks for 2147483647 iterations: expected at most 5000000",
                () -> read(CertificateUpload.of(iterations, end.der()).withPassphrase("geheim77")));
        assertRefused(
                Problem.NOT_SUPPORTED,
                "asks for too much memory",
                () -> read(CertificateUpload.of(memory, end.der()).withPassphrase("geheim77")));
    }

    @Test
    void encryptionThatIsNotReadIsNamed() {
        byte[] unknown = locked(new KeyDerivationFunc(PKCSObjectIdentifiers.pbeWithMD5AndDES_CBC, new DERSequence()));
        byte[] header = bytes(
                """
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: CAMELLIA-256-CBC,00112233445566778899AABBCCDDEEFF

                AAAAAAAAAAAAAAAAAAAAAA==
                -----END RSA PRIVATE KEY-----
                """);

        for (byte[] file : List.of(unknown, header)) {
            assertRefused(
                    Problem.NOT_SUPPORTED,
                    "openssl pkcs8 -topk8 -v2 aes256",
                    () -> read(CertificateUpload.of(file, end.der()).withPassphrase("geheim77")));
        }
    }

    private static byte[] locked(KeyDerivationFunc how) {
        EncryptionScheme scheme =
                new EncryptionScheme(NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(new byte[16]));
        byte[] noise = new byte[160];
        new SecureRandom().nextBytes(noise);
        try {
            return new EncryptedPrivateKeyInfo(
                            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, new PBES2Parameters(how, scheme)),
                            noise)
                    .getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static AlgorithmIdentifier hmac() {
        return new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256);
    }

    private static String secretOf(Made made) {
        return made.keyPem().lines().skip(1).findFirst().orElseThrow();
    }

    private static void read(CertificateUpload upload) {
        CertificateFiles.keyAndChain(upload, Leg.INGRESS, NOW);
    }

    private static void assertRefused(Problem problem, String text, byte[]... files) {
        assertRefused(problem, text, () -> read(CertificateUpload.of(files)));
    }

    private static void assertTrustRefused(Problem problem, String text, byte[]... files) {
        assertRefused(problem, text, () -> CertificateFiles.trusted(CertificateUpload.of(files), NOW));
    }

    private static void assertRefused(Problem problem, String text, ThrowingCallable call) {
        CertificateFileException refused = catchThrowableOfType(CertificateFileException.class, call);
        assertThat(refused).isNotNull();
        assertThat(refused.problem()).as(refused.getMessage()).isEqualTo(problem);
        assertThat(refused.getMessage()).contains(text).doesNotContain("geheim77");
        assertThat(refused.getCause()).isNull();
    }
}
