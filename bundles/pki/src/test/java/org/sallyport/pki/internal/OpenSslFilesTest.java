// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.sallyport.pki.internal.Made.bytes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;

/** Files as people make them with OpenSSL. */
@Timeout(60)
class OpenSslFilesTest {
    private static final String SECRET = "correct_horse";

    @TempDir
    static Path directory;

    private final Instant now = Instant.now();
    private final Made root =
            Made.of("root", wish -> wish.ca().valid(now.minusSeconds(60), now.plus(Duration.ofDays(9))));
    private final Made end =
            Made.of("end.example", wish -> wish.by(root).valid(now.minusSeconds(60), now.plus(Duration.ofDays(9))));

    @BeforeAll
    static void openSslIsHere() throws Exception {
        boolean here = true;
        try {
            run("version");
        } catch (IOException e) {
            here = false;
        }
        assumeTrue(here, "openssl is not installed: its files are not tried");
    }

    @BeforeEach
    void write() throws Exception {
        Files.write(directory.resolve("key.pem"), bytes(end.keyPem()));
        Files.write(directory.resolve("end.pem"), bytes(end.pem()));
        Files.write(directory.resolve("root.pem"), bytes(root.pem()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pkcs8 -topk8 -in key.pem -passout pass:correct_horse -v2 aes256",
                "pkcs8 -topk8 -in key.pem -passout pass:correct_horse -v2 aes-128-cbc -v2prf hmacWithSHA512",
                "pkcs8 -topk8 -in key.pem -passout pass:correct_horse -v2 des3",
                "pkcs8 -topk8 -in key.pem -passout pass:correct_horse -scrypt",
                "pkcs8 -topk8 -in key.pem -passout pass:correct_horse -v1 PBE-SHA1-3DES",
                "pkcs8 -topk8 -in key.pem -passout pass:correct_horse -v2 aes256 -outform DER",
                "ec -in key.pem -passout pass:correct_horse -aes256",
                "ec -in key.pem -passout pass:correct_horse -des3",
                "ec -in key.pem",
                "ec -in key.pem -outform DER",
                "pkcs8 -topk8 -in key.pem -nocrypt -outform DER"
            })
    void itsKeysAreRead(String command) throws Exception {
        run(command + " -out made");

        assertIsRead(CertificateUpload.of(Files.readAllBytes(directory.resolve("made")), end.der()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1",
                "-legacy",
                "-nomac",
                "-certpbe NONE",
                "-keypbe AES-128-CBC -certpbe AES-192-CBC -iter 10000"
            })
    void itsPkcs12FilesAreRead(String options) throws Exception {
        run("pkcs12 -export -inkey key.pem -in end.pem -certfile root.pem -passout pass:correct_horse -out made "
                + options);

        KeyMaterial read = assertIsRead(CertificateUpload.of(Files.readAllBytes(directory.resolve("made"))));
        assertThat(read.chain()).containsExactly(end.certificate(), root.certificate());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1", "-keypbe NONE -certpbe NONE"})
    void anEmptyPassphraseIsNone(String options) throws Exception {
        run("pkcs12 -export -inkey key.pem -in end.pem -passout pass: -out made " + options);

        KeyMaterial read = CertificateFiles.keyAndChain(
                CertificateUpload.of(Files.readAllBytes(directory.resolve("made"))), Leg.EGRESS, now);
        assertThat(read.key()).isEqualTo(end.pair().getPrivate());
    }

    @Test
    void itsRsaKeysAreReadInAllForms() throws Exception {
        run("req -x509 -newkey rsa:2048 -nodes -keyout rsa.pem -out rsa-cert.pem -days 5 -subj /CN=quick");
        run("rsa -in rsa.pem -traditional -aes128 -passout pass:correct_horse -out made");
        byte[] certificate = Files.readAllBytes(directory.resolve("rsa-cert.pem"));
        Instant later = Instant.now().plusSeconds(1);

        for (String file : List.of("rsa.pem", "made")) {
            CertificateUpload upload = CertificateUpload.of(Files.readAllBytes(directory.resolve(file)), certificate)
                    .withPassphrase(SECRET);
            assertThat(CertificateFiles.keyAndChain(upload, Leg.INGRESS, later)
                            .key()
                            .getAlgorithm())
                    .isEqualTo("RSA");
        }
    }

    @Test
    void itsListsAreRead() throws Exception {
        List<X509Certificate> both = List.of(root.certificate(), end.certificate());
        run("pkcs12 -export -nokeys -in root.pem -certfile end.pem -passout pass:correct_horse -out made");
        assertThat(trusted()).containsExactlyInAnyOrderElementsOf(both);
        run("crl2pkcs7 -nocrl -certfile root.pem -certfile end.pem -outform DER -out made");
        assertThat(trusted()).containsExactlyInAnyOrderElementsOf(both);
        run("x509 -in root.pem -addtrust serverAuth -trustout -out made");
        assertThat(trusted()).containsExactly(root.certificate());
        run("x509 -in root.pem -text -out made");
        assertThat(trusted()).containsExactly(root.certificate());
    }

    @Test
    void itReadsWhatAnApplicationIsGiven() throws Exception {
        KeyMaterial material = new KeyMaterial(end.pair().getPrivate(), List.of(end.certificate(), root.certificate()));
        Files.write(directory.resolve("made"), ApplicationFiles.pkcs12(material, "a", SECRET));
        run("pkcs12 -in made -passin pass:correct_horse -nodes -out unpacked");
        KeyMaterial read = CertificateFiles.keyAndChain(
                CertificateUpload.of(Files.readAllBytes(directory.resolve("unpacked"))), Leg.EGRESS, now);
        assertThat(read).isEqualTo(material);

        Files.write(directory.resolve("made"), ApplicationFiles.pem(material));
        run("pkey -in made -noout");
    }

    @Test
    void itReadsRequestsFromHereAndTheReverse() throws Exception {
        Files.write(directory.resolve("made"), CertificateRequests.make("qsn47KM8iTa_9xQ2b", end.pair()));
        run("req -inform DER -in made -verify -noout");
        run("req -new -key key.pem -subj /CN=wish -out made");

        assertThat(CertificateRequests.keyOf(Files.readAllBytes(directory.resolve("made"))))
                .isEqualTo(end.pair().getPublic());
    }

    private List<X509Certificate> trusted() throws IOException {
        return CertificateFiles.trusted(
                CertificateUpload.of(Files.readAllBytes(directory.resolve("made")))
                        .withPassphrase(SECRET),
                now);
    }

    private KeyMaterial assertIsRead(CertificateUpload upload) {
        KeyMaterial read = CertificateFiles.keyAndChain(upload.withPassphrase(SECRET), Leg.INGRESS, now);
        assertThat(read.key()).isEqualTo(end.pair().getPrivate());
        return read;
    }

    private static void run(String command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("openssl"));
        words.addAll(List.of(command.strip().split(" +")));
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as(command).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    }
}
