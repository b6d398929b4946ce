// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.HostPort;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.ProxyAddress;
import org.sallyport.api.ResourceTls;
import org.sallyport.api.Verdict;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.ProbeReport;
import org.sallyport.spi.ProbeStep;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.testkit.resource.Resource;

/** What an operator's test tells of the way to a resource, step by step, for a protocol that asks resources nothing. */
@ParameterizedClass
@CsvSource({"ON_PREMISES,NONE", "ON_PREMISES,TLS", "ON_PREMISES,MUTUAL", "CLOUD,TLS"})
public abstract class TrialContract extends LegsFixture {
    private boolean tls() {
        return resourceLeg != LegSecurity.NONE;
    }

    private ProbeReport trial(HostPort resource, DestinationOptions options) {
        if (ends.tunnels() == 0) {
            ends.attach(ALL);
        }
        ends.listening(resource, options);
        return ends.trial();
    }

    private static List<String> names(ProbeReport report) {
        return report.steps().stream().map(ProbeStep::name).toList();
    }

    private static ProbeStep step(ProbeReport report, String name) {
        return report.steps().stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no step " + name + " in " + report));
    }

    /** {@return the last step, before which all passed} */
    private static ProbeStep failed(ProbeReport report) {
        ProbeStep last = report.steps().get(report.steps().size() - 1);
        assertThat(last.passed()).as(report.toString()).isFalse();
        assertThat(report.steps().subList(0, report.steps().size() - 1)).allMatch(ProbeStep::passed);
        return last;
    }

    @Test
    void aGoodWayIsToldWithTheAddressAndTheChain() {
        try (Resource echo = echo()) {
            ProbeReport report = trial(echo.address(), options());

            assertThat(report.reply().accepted()).isTrue();
            assertThat(report.steps()).allMatch(ProbeStep::passed);
            assertThat(step(report, "acl").text()).isEqualTo(echo.address() + " may be dialled");
            assertThat(step(report, "connect").text()).startsWith("to " + echo.address() + " within ");
            if (tls()) {
                assertThat(names(report))
                        .containsExactly("acl", "name", "connect", "certificate 1", "certificate 2", "tls");
                assertThat(step(report, "certificate 1").text())
                        .startsWith("CN=db.example for db.example, issued by CN=resources, valid until 20");
                assertThat(step(report, "certificate 2").text())
                        .startsWith("CN=resources, self-signed, valid until 20");
                assertThat(step(report, "tls").text()).startsWith("TLSv1.").endsWith(", verified for db.example");
            } else {
                assertThat(names(report)).containsExactly("acl", "name", "connect");
            }
        }
    }

    @Test
    void aNameIsToldWithItsAddresses() {
        try (Resource echo = echo()) {
            ProbeReport report = trial(new HostPort("localhost", echo.address().port()), options());

            assertThat(step(report, "name").text()).startsWith("localhost is ").contains("127.0.0.1");
            assertThat(report.steps()).allMatch(ProbeStep::passed);
        }
    }

    @Test
    void aNameThatNobodyKnowsIsToldAsSuch() {
        ProbeStep failed = failed(trial(new HostPort("no-such-host.invalid", 80), options()));

        assertThat(failed.name()).isEqualTo("name");
        assertThat(failed.text())
                .contains("no-such-host.invalid is not known here")
                .contains("DNS");
    }

    @Test
    void aNameThatThePolicyDeniesIsNotLookedUp() {
        try (Resource echo = echo()) {
            ends.attach((host, port, address) -> new Verdict.Denied(Verdict.Source.ACL, "no rule; acl:allow g h:1"));
            ends.listening(echo.address(), options());
            assertThat(ends.trial().steps()).containsExactly(ProbeStep.failed("acl", "no rule; acl:allow g h:1"));
            assertThat(echo.served()).isZero();
        }
    }

    @Test
    void anAddressThatThePolicyDeniesIsToldAfterTheName() {
        try (Resource echo = echo()) {
            ends.attach((host, port, address) -> address == null
                    ? new Verdict.Allowed("test")
                    : new Verdict.Denied(Verdict.Source.CEILING, "not this address"));
            ends.listening(echo.address(), options());
            ProbeReport report = ends.trial();
            assertThat(names(report)).containsExactly("acl", "name", "acl");
            assertThat(failed(report).text()).isEqualTo("not this address");
            assertThat(echo.served()).isZero();
        }
    }

    @Test
    void aPortThatRefusesIsToldWithItsAddress() {
        try (Resource refusing = Resource.refusing()) {
            ProbeReport report = trial(refusing.address(), options());

            assertThat(report.reply().code()).isEqualTo(OpenCode.CONNECTION_REFUSED);
            assertThat(names(report)).containsExactly("acl", "name", "connect");
            assertThat(failed(report).text())
                    .contains(refusing.address() + " refused the connection; tried " + refusing.address())
                    .contains("--resource HOST:PORT");
        }
    }

    @Test
    void aPortThatNeverAnswersIsLeftAfterTheConnectTimeout() {
        try (Resource silent = Resource.neverAnswering()) {
            ProbeStep failed = failed(trial(silent.address(), options().withConnectTimeout(Duration.ofSeconds(1))));

            assertThat(failed.name()).isEqualTo("connect");
            assertThat(failed.text()).contains("did not answer within 1 s").contains("--connect-timeout");
        }
    }

    @Test
    void theWayThroughAProxyIsToldApart() {
        try (Resource echo = echo();
                SocksProxy proxy = new SocksProxy(echo.address());
                SocksProxy refusing = new SocksProxy(echo.address(), 5);
                Resource nobody = Resource.refusing()) {
            ProbeReport report = trial(echo.address(), through(proxy.address()));
            assertThat(report.steps()).allMatch(ProbeStep::passed);
            assertThat(names(report)).startsWith("acl", "name", "proxy", "connect");
            assertThat(step(report, "proxy").text()).startsWith("to " + proxy.address());
            assertThat(step(report, "connect").text())
                    .startsWith("the socks5 proxy " + proxy.address() + " connected to " + echo.address());
            assertThat(names(report).contains("tls")).isEqualTo(tls());

            ends.change(ends.only().withOptions(through(refusing.address())));
            ends.apply();
            ProbeStep unreached = failed(ends.trial());
            assertThat(unreached.name()).isEqualTo("connect");
            assertThat(unreached.text()).contains("the server refused the connection (5)");

            ends.change(ends.only().withOptions(through(nobody.address())));
            ends.apply();
            ProbeStep away = failed(ends.trial());
            assertThat(away.name()).isEqualTo("proxy");
            assertThat(away.text()).contains("refused the connection").contains("--resource-proxy");
        }
    }

    private DestinationOptions through(HostPort proxy) {
        return options().withResourceProxy(ProxyAddress.parse("socks5://" + proxy));
    }

    // ------------------------------------------------------------------ TLS; without it there is nothing to fail

    @Test
    void aCertificateForAnotherNameIsToldWithTheChain() {
        try (Resource echo = echo(resources.issue("other.example"))) {
            ProbeReport report = trial(echo.address(), secured(options()));
            assertThat(step(report, "certificate 1").text())
                    .contains("for other.example")
                    .contains("CN=resources");
            assertThat(failed(report).name()).isEqualTo("tls");
            assertThat(failed(report).text())
                    .contains("for other.example, not for db.example")
                    .contains("--resource-name NAME");
        }
    }

    @Test
    void aCertificateThatNobodyTrustsIsToldWithItsIssuer() {
        try (Resource echo = echo(new TestAuthority("nobody").issue(RESOURCE_NAME))) {
            ProbeReport report = trial(echo.address(), secured(options()));
            assertThat(step(report, "certificate 2").text()).startsWith("CN=nobody, self-signed");
            assertThat(failed(report).text())
                    .contains("nobody who is trusted")
                    .contains("upload resource-cas FILE trusts CN=nobody");
        }
    }

    @Test
    void anExpiredCertificateIsToldWithItsDay() {
        Instant end = Instant.now().minus(Duration.ofDays(3));
        try (Resource echo = echo(resources.issue(RESOURCE_NAME, end))) {
            ProbeReport report = trial(echo.address(), secured(options()));
            String day = end.toString().substring(0, 10);
            assertThat(step(report, "certificate 1").text()).endsWith("expired on " + day);
            assertThat(failed(report).text()).contains("has expired, on " + day);
        }
    }

    @Test
    void whatIsNotVerifiedIsToldAllTheSame() {
        DestinationOptions loose =
                options().withResourceTls(new ResourceTls(secured(resourceLeg), RESOURCE_NAME, false));
        try (Resource echo = echo(TestAuthority.selfSigned("whoever"))) {
            ProbeReport report = trial(echo.address(), loose);
            assertThat(report.steps()).allMatch(ProbeStep::passed);
            assertThat(step(report, "certificate 1").text()).startsWith("CN=whoever for whoever, self-signed");
            assertThat(step(report, "tls").text()).contains("not verified");
        }
    }

    @Test
    void aResourceThatWantsAnotherCertificateThanItIsShownIsToldAsSuch() {
        ends.legs().set(Leg.EGRESS, new TestAuthority("stranger").issue("egress"), List.of(resources.certificate()));
        KeyMaterial key = resources.issue(RESOURCE_NAME);
        try (Resource echo = new TlsPeer(key, dialling.certificate()).echo(true)) {
            ProbeReport report = trial(echo.address(), secured(options()));
            assertThat(names(report)).contains("certificate 1");
            assertThat(failed(report).name()).isEqualTo("tls");
            assertThat(failed(report).text())
                    .containsAnyOf("certificate", "trust")
                    .contains(resourceLeg == LegSecurity.MUTUAL ? "upload egress FILE" : "--resource-tls mutual");
        }
    }

    @Test
    void whatIsNotTlsAtAllIsToldAsSuch() {
        try (Resource plain = Resource.of(socket -> {
            socket.getOutputStream().write("220 ready\r\n".getBytes(StandardCharsets.US_ASCII));
            drain(socket);
        })) {
            assertThat(failed(trial(plain.address(), secured(options()))).text())
                    .contains("does not speak TLS")
                    .contains("--resource-tls none");
        }
    }

    @Test
    void whoEndsTheHandshakeIsToldAsSuch() {
        try (Resource hasty = Resource.of(socket -> {})) {
            assertThat(failed(trial(hasty.address(), secured(options()))).text())
                    .containsAnyOf("closed the connection", "reset the connection");
        }
    }

    @Test
    void whoSaysNothingIsLeftAfterTheConnectTimeout() {
        try (Resource silent = Resource.held()) {
            ProbeStep failed =
                    failed(trial(silent.address(), secured(options()).withConnectTimeout(Duration.ofSeconds(1))));
            assertThat(failed.name()).isEqualTo("tls");
            assertThat(failed.text()).contains("did not answer within 1 s").contains("may not speak TLS");
        }
    }

    @Test
    void whoEndsTheConnectionAfterTheHandshakeIsToldAsSuch() {
        try (Resource hasty = new TlsPeer(resources.issue(RESOURCE_NAME), null).ending()) {
            assertThat(failed(trial(hasty.address(), secured(options()))).text())
                    .contains("right after the handshake");
        }
    }

    private static LegSecurity secured(LegSecurity leg) {
        return leg == LegSecurity.NONE ? LegSecurity.TLS : leg;
    }

    /** The row without TLS has it here, to a resource of the same kind. */
    private static DestinationOptions secured(DestinationOptions options) {
        ResourceTls tls = options.resourceTls();
        return options.withResourceTls(new ResourceTls(secured(tls.security()), RESOURCE_NAME, true));
    }
}
