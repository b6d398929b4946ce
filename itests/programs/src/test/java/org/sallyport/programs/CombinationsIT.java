// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.testkit.process.Instance.Made;

/** What applications see and what the resource sees combine freely: curl, nginx and every pair of the two, both ways. */
@Timeout(120)
@ExtendWith(Site.Shared.class)
final class CombinationsIT {
    @TempDir
    static Path work;

    private static final List<String> PROTOCOLS = List.of("tcp", "tls", "tls-mutual", "http", "https", "https-mutual");
    private static final List<String> RESOURCES = List.of("none", "tls", "mutual");

    private static Path resourceAuthority;
    private static Path applicationAuthority;
    private static Pem shown;
    private static Daemon plain;
    private static Daemon tls;
    private static Daemon mutual;

    @BeforeAll
    static void start(Site site) throws IOException {
        TestAuthority resources = new TestAuthority("resources CA");
        TestAuthority gateways = new TestAuthority("gateways CA");
        resourceAuthority = Pem.certificates(List.of(resources.certificate()), work, "resources");
        Path gatewayAuthority = Pem.certificates(List.of(gateways.certificate()), work, "gateways");
        Pem resource = Pem.of(resources.issue("localhost"), work, "resource");
        shown = Pem.of(gateways.issue("gateway"), work, "gateway");
        String certificate = "ssl_certificate " + resource.certificate() + "; ssl_certificate_key " + resource.key()
                + "; ssl_protocols TLSv1.2 TLSv1.3;";
        plain = Nginx.plain(Files.createDirectory(work.resolve("plain")));
        tls = Nginx.tls(Files.createDirectory(work.resolve("tls")), certificate);
        Made any = site.destination(Way.ON_PREMISES, "tcp", plain.port());
        applicationAuthority = site.authority(any, "ingress", work);
        Path made = site.authority(any, "egress", work);
        Path trusted = Files.writeString(
                work.resolve("trusted.pem"), Files.readString(gatewayAuthority) + Files.readString(made));
        mutual = Nginx.tls(
                Files.createDirectory(work.resolve("mutual")),
                certificate + " ssl_verify_client on; ssl_client_certificate " + trusted + ";");
    }

    @AfterAll
    static void stop() {
        for (Daemon each : Arrays.asList(plain, tls, mutual)) {
            if (each != null) {
                each.close();
            }
        }
    }

    static Stream<Arguments> all() {
        return Arrays.stream(Way.values()).flatMap(way -> PROTOCOLS.stream()
                .flatMap(protocol -> RESOURCES.stream().map(leg -> Arguments.of(way, protocol, leg))));
    }

    @ParameterizedTest
    @MethodSource("all")
    void eachPairIsCarried(Way way, String protocol, String leg, Site site) {
        boolean secure = !protocol.equals("tcp") && !protocol.equals("http");
        Path application = work.resolve(way + protocol + leg + ".pem");
        Daemon resource =
                switch (leg) {
                    case "none" -> plain;
                    case "tls" -> tls;
                    default -> mutual;
                };
        List<String> certificates = new ArrayList<>();
        List<String> curl = new ArrayList<>(List.of("-sSf", "-m", "20"));
        if (secure) {
            certificates.add("issue localhost");
            curl.addAll(List.of("--cacert", applicationAuthority.toString()));
        }
        if (protocol.endsWith("-mutual")) {
            certificates.add("issue-client app --file " + application);
            curl.addAll(List.of("--cert", application.toString()));
        }
        if (!leg.equals("none")) {
            certificates.add("upload resource-cas " + resourceAuthority);
        }
        if (leg.equals("mutual")) {
            certificates.add("upload egress " + shown.certificate() + " --key " + shown.key());
        }
        String options = leg.equals("none") ? "" : "--resource-name localhost --resource-tls " + leg;
        Made made = site.destination(way, protocol, resource.port(), options, certificates.toArray(String[]::new));
        curl.add((secure ? "https" : "http") + "://localhost:" + made.port() + "/head");

        String seen =
                Tool.CURL.run(work, curl.toArray(String[]::new)).succeeded().out();

        assertThat(seen).contains("client=" + (leg.equals("mutual") ? "CN=gateway" : ""));
        assertThat(seen).contains(leg.equals("none") ? "tls= " : "tls=TLSv1.3 ");
        if (protocol.startsWith("http")) {
            assertThat(seen).startsWith("host=127.0.0.1:" + resource.port() + " for=127.0.0.1 proto=");
            assertThat(seen).contains(secure ? " proto=https " : " proto=http ");
        } else {
            assertThat(seen).startsWith("host=localhost:" + made.port() + " for= proto= ");
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aKeyThatTheDiallingEndMadeIsAccepted(Way way, Site site) {
        Made made = site.destination(
                way,
                "http",
                mutual.port(),
                "--resource-name localhost --resource-tls mutual",
                "upload resource-cas " + resourceAuthority);

        assertThat(Tool.CURL
                        .run(work, "-sSf", "-m", "20", "http://" + made.address() + "/head")
                        .succeeded()
                        .out())
                .endsWith("client=CN=" + made.id());
    }
}
