// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionTextsTest {
    private static final DestinationOptions BASE = DestinationOptions.DEFAULTS
            .withConnectTimeout(Duration.ofSeconds(3))
            .withMaxConnections(7);

    private static final DestinationOptions EVERYTHING = BASE.withAlpn(List.of("h2", "http/1.1"))
            .withSources(new SourceAccess(
                    true, List.of(SourceRule.parse("10.0.0.0/8 1-2 me"), SourceRule.parse("2001:db8:0:0:0:0:0:1"))))
            .withResourceTls(new ResourceTls(LegSecurity.MUTUAL, "db.example", false))
            .withSourceHeaders(new SourceHeaders(ProxyProtocol.V2, true))
            .withBandwidth(new Bandwidth(1 << 20, 64 << 10))
            .withResourceProxy(ProxyAddress.parse("socks5://[2001:db8::1]:1080"));

    @Test
    void nothingIsWrittenOfTheDefaults() {
        assertThat(OptionTexts.write(BASE)).isEmpty();
        assertThat(OptionTexts.read(Map.of(), BASE)).isEqualTo(BASE);
    }

    @Test
    void whatIsWrittenIsRead() {
        Map<String, String> texts = OptionTexts.write(EVERYTHING);

        assertThat(texts).hasSize(11);
        assertThat(OptionTexts.read(texts, BASE)).isEqualTo(EVERYTHING);
    }

    @Test
    void namesOfLaterVersionsArePassedOver() {
        assertThat(OptionTexts.read(Map.of("quantum", "yes"), BASE)).isEqualTo(BASE);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> OptionTexts.read(Map.of("resource-tls", "maybe"), BASE))
                .hasMessageContaining("expected none, tls or mutual");
        assertThatThrownBy(() -> OptionTexts.read(Map.of("restricted", "perhaps"), BASE))
                .hasMessageContaining("expected true or false");
        assertThatThrownBy(() -> OptionTexts.read(Map.of("source-rules", "10.0.0.1;;"), BASE))
                .hasMessageContaining("source rule");
        assertThatThrownBy(() -> OptionTexts.read(Map.of("alpn", "h2,h2"), BASE))
                .hasMessageContaining("each once");
        assertThatThrownBy(() -> OptionTexts.read(Map.of("proxy-protocol", "v3"), BASE))
                .hasMessageContaining("expected none, v1 or v2");
        assertThatThrownBy(() -> OptionTexts.read(Map.of("bandwidth-in", "1000"), BASE))
                .hasMessageContaining("expected 0 (none), or 16k to 1024g");
        assertThatThrownBy(() -> OptionTexts.read(Map.of("bandwidth-out", "fast"), BASE))
                .hasMessageContaining("expected a size");
        assertThatThrownBy(() -> OptionTexts.read(Map.of("resource-proxy", "http://proxy:3128"), BASE))
                .hasMessageContaining("expected socks4, socks4a or socks5");
        assertThatThrownBy(() -> OptionTexts.read(Map.of("resource-verify", "false"), BASE))
                .hasMessageContaining("there is no TLS to the resource");
    }

    @Test
    void aClientsEndNeedsWhatItWouldHaveToDo() {
        assertThat(needs(Direction.ON_PREMISES, EVERYTHING))
                .containsExactly("resource-tls", "proxy-protocol", "resource-proxy");
        assertThat(needs(Direction.CLOUD, EVERYTHING))
                .containsExactly("source-rules", "accept-proxy-protocol", "bandwidth");
        assertThat(needs(Direction.ON_PREMISES, BASE)).isEmpty();
        assertThat(OptionTexts.known())
                .containsAll(needs(Direction.ON_PREMISES, EVERYTHING))
                .containsAll(needs(Direction.CLOUD, EVERYTHING));
    }

    private static List<String> needs(Direction direction, DestinationOptions options) {
        GatewayId gateway = new GatewayId("0123456789A_test");
        return OptionTexts.needs(new Destination(
                new DestinationId(gateway.stem() + "_00000"),
                gateway,
                "one",
                direction,
                "tcp",
                new HostPort("db", 1),
                1,
                true,
                options));
    }
}
