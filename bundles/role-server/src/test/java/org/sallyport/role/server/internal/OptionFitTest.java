// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sallyport.api.Bandwidth;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.ProxyAddress;
import org.sallyport.api.ProxyProtocol;
import org.sallyport.api.ResourceTls;
import org.sallyport.api.SourceHeaders;
import org.sallyport.api.service.Refusal;

final class OptionFitTest {
    private static final DestinationOptions PLAIN = DestinationOptions.DEFAULTS;

    @Test
    void whatNeedsAConnectionIsRefusedOfDatagramsWithTheReason() {
        refused(PLAIN.withAlpn(List.of("h2")), "--alpn with protocol udp");
        refused(PLAIN.withResourceTls(new ResourceTls(LegSecurity.TLS, "", true)), "--resource-tls");
        refused(PLAIN.withSourceHeaders(new SourceHeaders(ProxyProtocol.V2, false)), "--proxy-protocol");
        refused(PLAIN.withSourceHeaders(new SourceHeaders(ProxyProtocol.NONE, true)), "--accept-proxy-protocol");
        refused(PLAIN.withResourceProxy(ProxyAddress.parse("socks5://proxy:1080")), "--resource-proxy");
        refused(PLAIN.withBandwidth(new Bandwidth(1 << 20, 0)), "--bandwidth-in");
    }

    @Test
    void connectionsMayHaveAllOfIt() {
        assertThatCode(() -> OptionFit.check(destination(
                        "tcp",
                        PLAIN.withSourceHeaders(new SourceHeaders(ProxyProtocol.V1, true))
                                .withBandwidth(new Bandwidth(1 << 20, 1 << 20))
                                .withResourceProxy(ProxyAddress.parse("socks5://proxy:1080")))))
                .doesNotThrowAnyException();
        assertThatCode(() -> OptionFit.check(destination("udp", PLAIN))).doesNotThrowAnyException();
    }

    private static void refused(DestinationOptions options, String words) {
        assertThatThrownBy(() -> OptionFit.check(destination("udp", options)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining(words)
                .hasMessageContaining("datagrams");
    }

    private static Destination destination(String protocol, DestinationOptions options) {
        return new Destination(
                new DestinationId("qsn47KM8iTa_9xQ2b"),
                new GatewayId("qsn47KM8iTa_local"),
                "one",
                Direction.ON_PREMISES,
                protocol,
                HostPort.parse("db:53"),
                15_000,
                true,
                options);
    }
}
