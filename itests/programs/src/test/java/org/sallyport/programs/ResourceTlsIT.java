// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.testkit.process.Instance;
import org.sallyport.testkit.process.Instance.Made;
import org.sallyport.testkit.process.Ports;

/** {@code openssl s_server} as a resource with TLS, curl as the application. */
@Timeout(120)
@ExtendWith(Site.Shared.class)
final class ResourceTlsIT {
    /** What may be wrong with a resource's certificate. */
    enum Fault {
        EXPIRED("the certificate of the resource has expired"),
        OTHER_HOST("not for localhost"),
        SELF_SIGNED("nobody who is trusted signed"),
        UNKNOWN_AUTHORITY("nobody who is trusted signed");

        private final String told;

        Fault(String told) {
            this.told = told;
        }
    }

    private static final TestAuthority AUTHORITY = new TestAuthority("resources CA");

    @TempDir
    static Path work;

    private static Path authority;
    private static Pem good;

    @BeforeAll
    static void write() throws IOException {
        authority = Pem.certificates(List.of(AUTHORITY.certificate()), work, "authority");
        good = Pem.of(AUTHORITY.issue("localhost"), work, "good");
    }

    /** Starts a resource that tells about each connection as a web page. */
    private static Daemon resource(Pem pem, String... options) {
        int port = Ports.one();
        List<String> command = Tool.OPENSSL.with("s_server", "-accept", "127.0.0.1:" + port, "-www");
        command.addAll(
                List.of("-cert", pem.certificate().toString(), "-key", pem.key().toString()));
        command.addAll(Arrays.asList(options));
        return Daemon.start("openssl s_server", port, new ProcessBuilder(command).directory(work.toFile()));
    }

    private static Pem wrong(Fault fault) throws IOException {
        return Pem.of(
                switch (fault) {
                    case EXPIRED -> AUTHORITY.issue("localhost", Instant.now().minus(Duration.ofHours(1)));
                    case OTHER_HOST -> AUTHORITY.issue("elsewhere.example.com");
                    case SELF_SIGNED -> TestAuthority.selfSigned("localhost");
                    case UNKNOWN_AUTHORITY -> new TestAuthority("unknown CA").issue("localhost");
                },
                work,
                fault.name());
    }

    private static Made destination(Site site, Way way, String protocol, Daemon resource, String security) {
        return site.destination(
                way,
                protocol,
                resource.port(),
                "--resource-name localhost --resource-tls " + security,
                "upload resource-cas " + authority);
    }

    private static Outcome get(Made made) {
        return Tool.CURL.run(work, "-sS", "-m", "20", "http://" + made.address() + "/");
    }

    @ParameterizedTest
    @EnumSource
    void aResourceThatIsWhoItShouldBeIsReached(Way way, Site site) {
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            try (Daemon resource = resource(good, version)) {
                Made made = destination(site, way, "tcp", resource, "tls");

                assertThat(get(made).succeeded().out())
                        .contains("s_server")
                        .contains("TLSv" + version.substring(4).replace('_', '.'));
                site.server().run("destination:test " + made.id());
            }
        }
    }

    static Stream<Arguments> faults() {
        return Arrays.stream(Way.values())
                .flatMap(way -> Arrays.stream(Fault.values()).map(fault -> Arguments.of(way, fault)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aResourceThatIsNotIsNotTalkedTo(Way way, Fault fault, Site site) throws IOException {
        try (Daemon resource = resource(wrong(fault))) {
            Made made = destination(site, way, "tcp", resource, "tls");

            assertEnds(site, way, made, fault.told);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerTellsItToApplicationsOfHttp(Way way, Site site) throws IOException {
        try (Daemon resource = resource(wrong(Fault.EXPIRED))) {
            Made made = destination(site, way, "http", resource, "tls");

            assertThat(Tool.CURL
                            .run(work, "-sSi", "-m", "20", "http://" + made.address() + "/")
                            .succeeded()
                            .out())
                    .startsWith("HTTP/1.1 502 ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResourceThatWantsACertificateGetsIt(Way way, Site site) throws IOException {
        TestAuthority gateways = new TestAuthority("gateways CA");
        Path trusted = Pem.certificates(List.of(gateways.certificate()), work, "gateways");
        Pem shown = Pem.of(gateways.issue("gateway"), work, "shown");
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            try (Daemon resource =
                    resource(good, version, "-Verify", "2", "-verify_return_error", "-CAfile", trusted.toString())) {
                Made mutual = destination(site, way, "tcp", resource, "mutual");
                site.server()
                        .run("destination:cert " + mutual.id() + " upload egress " + shown.certificate() + " --key "
                                + shown.key());
                assertThat(get(mutual).succeeded().out()).contains("gateway");

                Made plain = destination(site, way, "tcp", resource, "tls");
                if (version.equals("-tls1_2")) {
                    assertEnds(site, way, plain, "handshake failure");
                } else {
                    assertEnds(plain); // with TLS 1.3 it says so only after the handshake
                }
            }
        }
    }

    /** The connection ends without an answer. */
    private static void assertEnds(Made made) {
        assertThat(get(made)).satisfies(said -> {
            assertThat(said.exit()).as("curl's exit code; %s", said).isIn(52, 56);
            assertThat(said.out()).isEmpty();
        });
    }

    /** The same, and both the log and the trial of the way name the cause. */
    private static void assertEnds(Site site, Way way, Made made, String told) {
        assertEnds(made);
        Instance egress = site.egress(way);
        Await.until("the log tells why of " + made.id(), () -> lines(egress.log(), made.id()).stream()
                .anyMatch(line -> line.contains(told)));
        Instance.Result tried = site.server().tryRun("destination:test " + made.id());
        assertThat(tried.exit()).as(tried.out()).isEqualTo(1);
        assertThat(tried.out()).contains("not ok").contains(told);
    }

    private static List<String> lines(String log, String text) {
        return log.lines().filter(line -> line.contains(text)).toList();
    }
}
