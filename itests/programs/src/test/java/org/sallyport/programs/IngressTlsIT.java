// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.testkit.process.Instance.Made;

/** {@code openssl s_client} at the ingress of {@code tls} and {@code tls-mutual}, nginx behind them. */
@Timeout(120)
@ExtendWith(Site.Shared.class)
final class IngressTlsIT {
    private static final String ISSUE = "issue localhost,127.0.0.1";

    @TempDir
    static Path work;

    private static final Map<Way, Made> TLS = new EnumMap<>(Way.class);
    private static final Map<Way, Made> MUTUAL = new EnumMap<>(Way.class);
    private static Daemon nginx;
    private static Path request;
    private static Path authority;

    @BeforeAll
    static void start(Site site) throws IOException {
        nginx = Nginx.plain(work);
        Files.writeString(Nginx.files(work).resolve("small"), "hello\n");
        request = Files.writeString(work.resolve("request"), "GET /small HTTP/1.0\r\n\r\n");
        for (Way way : Way.values()) {
            TLS.put(way, site.destination(way, "tls", nginx.port(), "", ISSUE));
            MUTUAL.put(
                    way, site.destination(way, "tls-mutual", nginx.port(), "", ISSUE, issue("app", application(way))));
        }
        authority = site.authority(TLS.get(Way.ON_PREMISES), "ingress", work);
    }

    @AfterAll
    static void stop() {
        if (nginx != null) {
            nginx.close();
        }
    }

    /** {@return the file with key and certificate of the application of a mutual destination} */
    private static Path application(Way way) {
        return work.resolve("application-" + way + ".pem");
    }

    private static String issue(String name, Path file) {
        return "issue-client " + name + " --file " + file;
    }

    /** Sends the request in TLS that verifies the certificate, and takes what comes. */
    private static Outcome ask(Made made, String... options) {
        List<String> all = new ArrayList<>(List.of("s_client", "-connect", made.address(), "-ign_eof"));
        all.addAll(List.of("-verify_return_error", "-CAfile", authority.toString()));
        all.addAll(List.of(options));
        return Tool.OPENSSL.runOn(request, work, all.toArray(String[]::new));
    }

    private static void assertServed(Outcome said) {
        assertThat(said.succeeded().out()).contains("HTTP/1.1 200 OK").contains("hello");
    }

    private static void assertRefused(Outcome said, String why) {
        assertThat(said.out()).doesNotContain("hello");
        assertThat(said.all()).containsIgnoringCase(why);
    }

    @ParameterizedTest
    @CsvSource({"ON_PREMISES,1_2", "ON_PREMISES,1_3", "CLOUD,1_2", "CLOUD,1_3"})
    void bothVersionsShowACertificateForNameAndAddress(Way way, String version) {
        Outcome said = ask(TLS.get(way), "-tls" + version, "-verify_hostname", "localhost");

        assertServed(said);
        assertThat(said.out()).contains("TLSv" + version.replace('_', '.')).contains("Verification: OK");
        assertServed(ask(TLS.get(way), "-tls" + version, "-verify_ip", "127.0.0.1"));
    }

    @ParameterizedTest
    @EnumSource
    void anOlderVersionIsRefused(Way way) {
        assertRefused(ask(TLS.get(way), "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"), "alert protocol version");
    }

    @Test
    void anAddressThatTheCertificateLacksIsNoticed(Site site) {
        Made named = site.destination(Way.ON_PREMISES, "tls", nginx.port(), "", "issue db.example.com");

        assertServed(ask(named, "-servername", "db.example.com", "-verify_hostname", "db.example.com"));
        assertRefused(ask(named, "-verify_ip", "127.0.0.1"), "IP address mismatch");
    }

    @ParameterizedTest
    @EnumSource
    void anotherAuthorityDoesNotVerifyIt(Way way) throws IOException {
        Path other = Pem.certificates(List.of(new TestAuthority("other").certificate()), work, "other-ca");

        assertRefused(ask(TLS.get(way), "-CAfile", other.toString()), "self-signed certificate in certificate chain");
    }

    @ParameterizedTest
    @CsvSource({"ON_PREMISES,1_2", "ON_PREMISES,1_3", "CLOUD,1_2", "CLOUD,1_3"})
    void anApplicationWithItsCertificateIsServed(Way way, String version) {
        assertServed(
                ask(MUTUAL.get(way), "-tls" + version, "-cert", application(way).toString()));
    }

    @ParameterizedTest
    @CsvSource({"ON_PREMISES,1_2", "ON_PREMISES,1_3", "CLOUD,1_2", "CLOUD,1_3"})
    void anApplicationWithoutOneIsRefused(Way way, String version) {
        assertRefused(ask(MUTUAL.get(way), "-tls" + version), "alert");
    }

    @ParameterizedTest
    @CsvSource({"ON_PREMISES,1_2", "ON_PREMISES,1_3", "CLOUD,1_2", "CLOUD,1_3"})
    void anApplicationOfAnotherAuthorityIsRefused(Way way, String version) throws IOException {
        Pem stranger = Pem.of(new TestAuthority("strangers").issue("app"), work, "stranger");

        Outcome said = ask(
                MUTUAL.get(way),
                "-tls" + version,
                "-cert",
                stranger.certificate().toString(),
                "-key",
                stranger.key().toString());

        assertRefused(said, "alert");
    }

    @ParameterizedTest
    @CsvSource({"ON_PREMISES,1_2", "ON_PREMISES,1_3", "CLOUD,1_2", "CLOUD,1_3"})
    void aRevokedApplicationIsRefusedAlsoWithItsSession(Way way, String version, Site site) {
        Path revoked = work.resolve("revoked-" + way + version + ".pem");
        Path session = work.resolve("revoked-session-" + way + version);
        site.server().run("destination:cert " + MUTUAL.get(way).id() + " " + issue("revoked", revoked));
        String[] options = {"-tls" + version, "-cert", revoked.toString(), "-sess_out", session.toString()};
        assertServed(ask(MUTUAL.get(way), options));
        assertThat(session).isNotEmptyFile();
        String serial = Tool.OPENSSL
                .run(work, "x509", "-noout", "-serial", "-in", revoked.toString())
                .succeeded()
                .out()
                .replace("serial=", "");

        site.server().run("destination:cert " + MUTUAL.get(way).id() + " revoke " + serial);

        assertRefused(ask(MUTUAL.get(way), "-tls" + version, "-cert", revoked.toString()), "alert");
        options[3] = "-sess_in";
        assertRefused(ask(MUTUAL.get(way), options), "alert");
    }

    @ParameterizedTest
    @CsvSource({"ON_PREMISES,1_2", "ON_PREMISES,1_3", "CLOUD,1_2", "CLOUD,1_3"})
    void aSessionIsResumed(Way way, String version) {
        for (Made made : List.of(TLS.get(way), MUTUAL.get(way))) {
            Path session = work.resolve("session-" + made.id() + version);
            String[] options = {"-tls" + version, "-cert", application(way).toString(), "-sess_out", session.toString()
            };
            Outcome first = ask(made, options);
            assertServed(first);
            assertThat(first.out()).contains("New, TLSv");
            options[3] = "-sess_in";

            Outcome second = ask(made, options);
            assertServed(second);
            assertThat(second.out()).contains("Reused, TLSv");
        }
    }
}
