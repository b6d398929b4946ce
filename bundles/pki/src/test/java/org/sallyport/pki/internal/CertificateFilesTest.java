// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sallyport.pki.internal.Made.NOW;
import static org.sallyport.pki.internal.Made.bytes;

import java.io.ByteArrayOutputStream;
import java.io.StringWriter;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.SignedData;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.crypto.engines.DESedeEngine;
import org.bouncycastle.crypto.engines.RC2Engine;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.pkcs.PKCS12PfxPduBuilder;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagBuilder;
import org.bouncycastle.pkcs.bc.BcPKCS12MacCalculatorBuilder;
import org.bouncycastle.pkcs.bc.BcPKCS12PBEOutputEncryptorBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;

@Timeout(60)
class CertificateFilesTest {
    private static final String SECRET = "correct horse";

    private final Made root = Made.ca("root");
    private final Made between = Made.of("between", wish -> wish.ca().by(root));
    private final Made end = Made.of("end.example", wish -> wish.by(between));

    static Stream<KeyPair> keys() {
        return Stream.of(Made.ec(), Made.rsa(2048), Made.ed25519());
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aKeyOfEachKindIsReadWithItsCertificate(KeyPair pair) {
        Made made = Made.of("end", wish -> wish.key(pair));

        assertIsRead(made, CertificateUpload.of(bytes(made.keyPem(), made.pem())));
    }

    @Test
    void blocksComeInAnyOrderWithAnyTextBetween() {
        CertificateUpload upload = CertificateUpload.of(bytes(
                "\uFEFFBag Attributes: Müller\r\n",
                root.pem().replace("\n", "\r\n"),
                "subject=end\n",
                end.keyPem(),
                "\n",
                between.pem(),
                "# the end\n",
                end.pem().strip()));

        assertThat(read(upload).chain()).containsExactly(end.certificate(), between.certificate(), root.certificate());
    }

    @Test
    void keyAndChainMayBeSeveralFilesInPemAndDer() {
        CertificateUpload upload = CertificateUpload.of(
                end.der(), bytes(between.pem()), end.pair().getPrivate().getEncoded());

        assertThat(read(upload).chain()).containsExactly(end.certificate(), between.certificate());
    }

    @Test
    void theOlderFormsOfKeysAreRead() throws Exception {
        Made rsa = Made.of("end", wish -> wish.key(Made.rsa(2048)));
        for (Made made : List.of(end, rsa)) {
            byte[] inner = PrivateKeyInfo.getInstance(made.pair().getPrivate().getEncoded())
                    .parsePrivateKey()
                    .toASN1Primitive()
                    .getEncoded();
            StringWriter text = new StringWriter();
            try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
                pem.writeObject(made.pair().getPrivate());
            }
            assertThat(text.toString()).containsAnyOf("BEGIN EC PRIVATE KEY", "BEGIN RSA PRIVATE KEY");

            assertIsRead(made, CertificateUpload.of(bytes(text.toString(), made.pem())));
            assertIsRead(made, CertificateUpload.of(inner, made.der()));
        }
    }

    @Test
    void keysThatOpensslEncryptedInItsOldFormAreRead() throws Exception {
        for (String cipher : List.of("AES-256-CBC", "AES-128-CBC", "DES-EDE3-CBC")) {
            StringWriter text = new StringWriter();
            try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
                pem.writeObject(
                        end.pair().getPrivate(),
                        new JcePEMEncryptorBuilder(cipher)
                                .setProvider(new BouncyCastleProvider())
                                .build(SECRET.toCharArray()));
            }
            assertThat(text.toString()).contains("DEK-Info: " + cipher);

            assertIsRead(
                    end, CertificateUpload.of(bytes(text.toString(), end.pem())).withPassphrase(SECRET));
        }
    }

    @Test
    void aKeyStoreOfJavaIsRead() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("end", end.pair().getPrivate(), SECRET.toCharArray(), new Certificate[] {
            end.certificate(), between.certificate(), root.certificate()
        });
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        store.store(file, SECRET.toCharArray());

        KeyMaterial read = read(CertificateUpload.of(file.toByteArray()).withPassphrase(SECRET));

        assertThat(read.key()).isEqualTo(end.pair().getPrivate());
        assertThat(read.chain()).containsExactly(end.certificate(), between.certificate(), root.certificate());
    }

    @Test
    void aPkcs12FileInTripleDesAndRc2IsRead() throws Exception {
        assertIsRead(end, CertificateUpload.of(legacyPkcs12(SECRET)).withPassphrase(SECRET));
        assertIsRead(end, CertificateUpload.of(legacyPkcs12("")));
    }

    @Test
    void aListIsReadFromAllForms() throws Exception {
        X509Certificate[] both = {root.certificate(), between.certificate()};
        byte[] bundle = new ContentInfo(
                        PKCSObjectIdentifiers.signedData,
                        new SignedData(
                                new ASN1Integer(1),
                                new DERSet(),
                                new ContentInfo(PKCSObjectIdentifiers.data, null),
                                new DERSet(new X509CertificateHolder(root.der()).toASN1Structure()),
                                null,
                                new DERSet()))
                .getEncoded();

        assertThat(trusted(bytes(root.pem(), between.pem(), root.pem()))).containsExactly(both);
        assertThat(trusted(root.der(), between.der())).containsExactly(both);
        assertThat(trusted(bundle)).containsExactly(root.certificate());
        assertThat(trusted(bytes(Made.block("TRUSTED CERTIFICATE", trustedForm(root)))))
                .containsExactly(root.certificate());
    }

    @Test
    void aCertificateThatIsNoCaMayBeTrustedAsItself() {
        assertThat(trusted(bytes(end.pem()))).containsExactly(end.certificate());
    }

    @Test
    void aRootSignedWithSha1IsTrusted() {
        Made old = Made.of("old", wish -> wish.ca().signature("SHA1withECDSA"));

        assertThat(trusted(old.der())).containsExactly(old.certificate());
    }

    @Test
    void aSelfSignedCertificateThatIsMarkedAsCaIsAnEnd() {
        Made quick = Made.of("quick", wish -> wish.markedOnly());

        assertIsRead(quick, CertificateUpload.of(bytes(quick.pem(), quick.keyPem())));
    }

    @Test
    void ofTwoCertificatesForTheSameKeyTheLaterOneIsTaken() {
        Made newer = Made.of("end.example", wish -> wish.by(between)
                .key(end.pair())
                .valid(NOW, end.certificate().getNotAfter().toInstant().plusSeconds(9)));

        assertThat(read(CertificateUpload.of(bytes(end.pem(), newer.pem(), end.keyPem(), between.pem())))
                        .chain())
                .containsExactly(newer.certificate(), between.certificate());
    }

    private byte[] legacyPkcs12(String secret) throws Exception {
        // an empty passphrase is written as OpenSSL does, see Pkcs12File
        char[] passphrase = secret.isEmpty() ? new char[1] : secret.toCharArray();
        OutputEncryptor forKey = new BcPKCS12PBEOutputEncryptorBuilder(
                        PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC,
                        CBCBlockCipher.newInstance(new DESedeEngine()))
                .build(passphrase);
        OutputEncryptor forCertificate = new BcPKCS12PBEOutputEncryptorBuilder(
                        PKCSObjectIdentifiers.pbeWithSHAAnd40BitRC2_CBC, CBCBlockCipher.newInstance(new RC2Engine()))
                .build(passphrase);
        PKCS12SafeBag key = new PKCS12SafeBagBuilder(
                        PrivateKeyInfo.getInstance(end.pair().getPrivate().getEncoded()), forKey)
                .build();
        PKCS12SafeBag certificate = new PKCS12SafeBagBuilder(new X509CertificateHolder(end.der())).build();
        return new PKCS12PfxPduBuilder()
                .addData(key)
                .addEncryptedData(forCertificate, new PKCS12SafeBag[] {certificate})
                .build(new BcPKCS12MacCalculatorBuilder(), passphrase)
                .getEncoded();
    }

    private static byte[] trustedForm(Made made) throws Exception {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        form.write(made.der());
        form.write(new DERSequence().getEncoded());
        return form.toByteArray();
    }

    private static List<X509Certificate> trusted(byte[]... files) {
        return CertificateFiles.trusted(CertificateUpload.of(files), NOW);
    }

    private static KeyMaterial read(CertificateUpload upload) {
        return CertificateFiles.keyAndChain(upload, Leg.INGRESS, NOW);
    }

    private static void assertIsRead(Made made, CertificateUpload upload) {
        KeyMaterial read = read(upload);

        assertThat(read.certificate()).isEqualTo(made.certificate());
        assertThat(PrivateKeys.belong(read.key(), made.pair().getPublic())).isTrue();
    }
}
