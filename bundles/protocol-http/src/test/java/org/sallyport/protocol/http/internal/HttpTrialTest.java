// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.HostPort;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.ResourceTls;
import org.sallyport.api.Verdict;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.pki.Leg;
import org.sallyport.contract.protocol.TlsPeer;
import org.sallyport.contract.protocol.TwoEnds;
import org.sallyport.contract.protocol.Way;
import org.sallyport.spi.ProbeReport;
import org.sallyport.spi.ProbeStep;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Resource;

/** What an operator's test asks a resource of HTTP. */
@Timeout(60)
class HttpTrialTest {
    private static final String NAME = "web.example";

    private final TwoEnds ends =
            new TwoEnds(Way.ON_PREMISES, new Properties(), "http", new HttpProtocol(() -> LimitSettings.DEFAULTS));
    private final TestAuthority authority = new TestAuthority("resources");
    private DestinationOptions options = DestinationOptions.DEFAULTS;

    @AfterEach
    void close() {
        ends.close();
    }

    private List<ProbeStep> trial(HostPort resource) {
        if (ends.tunnels() == 0) {
            ends.attach();
        }
        ends.listening(resource, options);
        return ends.trial().steps();
    }

    private static Resource saying(String text) {
        return Resource.of(socket -> {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            while (socket.getInputStream().read() >= 0) {
                // as long as it is asked
            }
        });
    }

    @Test
    void theStatusIsTold() {
        try (Resource web = saying("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")) {
            List<ProbeStep> steps = trial(web.address());
            assertThat(steps).extracting(ProbeStep::name).containsExactly("acl", "name", "connect", "http");
            assertThat(steps.get(3)).isEqualTo(ProbeStep.passed("http", "HTTP/1.1 503 Busy to HEAD /"));
        }
    }

    @Test
    void theRequestIsSmallAndCallsTheResourceByItsName() throws Exception {
        try (Resource held = Resource.held()) {
            ends.attach().listening(held.address(), options);
            CompletableFuture<ProbeReport> report = CompletableFuture.supplyAsync(ends::trial);
            try (Conversation resource = held.next()) {
                String head = "HEAD / HTTP/1.1\r\nHost: " + held.address() + "\r\n";
                assertThat(resource.receive(head.length())).isEqualTo(head);
                resource.send("HTTP/1.1 200 OK\r\n\r\n");
                assertThat(report.get(20, TimeUnit.SECONDS).steps()).allMatch(ProbeStep::passed);
            }
        }
    }

    @Test
    void whatIsNotHttpFails() {
        try (Resource mail = saying("220 mail.example ready\r\n")) {
            ProbeStep last = trial(mail.address()).get(3);
            assertThat(last.passed()).isFalse();
            assertThat(last.name()).isEqualTo("http");
            assertThat(last.text()).contains("does not answer in HTTP/1.1").contains("220 mail.example");
        }
    }

    @Test
    void whatNeverEndsFails() {
        try (Resource endless = saying("HTTP/1.1 102 Processing\r\n\r\n".repeat(10_000))) {
            assertThat(trial(endless.address()).get(3).text()).contains("without an answer");
        }
    }

    @Test
    void whoSaysNothingIsLeftAfterTheConnectTimeout() {
        options = options.withConnectTimeout(Duration.ofSeconds(1));
        try (Resource silent = Resource.held()) {
            ProbeStep last = trial(silent.address()).get(3);
            assertThat(last.passed()).isFalse();
            assertThat(last.text()).contains("did not answer within 1");
        }
    }

    @Test
    void whoEndsTheConnectionFails() {
        try (Resource hasty = Resource.of(socket -> socket.getInputStream().read())) {
            ProbeStep last = trial(hasty.address()).get(3);
            assertThat(last.name()).isEqualTo("http");
            assertThat(last.text()).contains("ended the connection without an answer");
        }
    }

    @Test
    void nothingIsAskedWhereRulesAllowOnlyPaths() throws Exception {
        try (Resource held = Resource.held()) {
            ends.attach((host, port, address) -> new Verdict.Denied(Verdict.Source.ACL, "only paths", true));
            List<ProbeStep> steps = trial(held.address());
            assertThat(steps).allMatch(ProbeStep::passed);
            assertThat(steps.get(3).text()).startsWith("not asked, because rules allow only some paths");
            try (Conversation resource = held.next()) {
                assertThat(resource.receiveAll()).isEmpty();
            }
        }
    }

    @Test
    void aResourceThatWantsACertificateIsToldAsSuchAndNotAsOneThatSpeaksNoHttp() {
        ends.legs().set(Leg.EGRESS, null, List.of(authority.certificate()));
        options = options.withResourceTls(new ResourceTls(LegSecurity.TLS, NAME, true));
        try (Resource wants = new TlsPeer(authority.issue(NAME), authority.certificate()).echo(true)) {
            List<ProbeStep> steps = trial(wants.address());
            ProbeStep last = steps.get(steps.size() - 1);
            assertThat(last.name()).isEqualTo("tls");
            assertThat(last.passed()).isFalse();
            assertThat(last.text()).contains("--resource-tls mutual");
        }
    }

    @Test
    void whatIsAskedGoesInTlsWhereThatProtectsTheWay() {
        ends.legs().set(Leg.EGRESS, null, List.of(authority.certificate()));
        options = options.withResourceTls(new ResourceTls(LegSecurity.TLS, NAME, true));
        try (Resource echo = new TlsPeer(authority.issue(NAME), null).echo(false)) {
            List<ProbeStep> steps = trial(echo.address());
            assertThat(steps)
                    .extracting(ProbeStep::name)
                    .containsExactly("acl", "name", "connect", "certificate 1", "certificate 2", "tls", "http");
            assertThat(steps.get(6).text()).contains("begins with 'HEAD / HTTP/1.1");
        }
    }
}
