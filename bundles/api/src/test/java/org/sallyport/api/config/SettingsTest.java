// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.api.Cidr;
import org.sallyport.api.HostPort;
import org.sallyport.api.PortRange;
import org.sallyport.api.ProxyAddress;

final class SettingsTest {
    private final Properties system = new Properties();

    @Test
    void nothingGivenMeansTheDefaults() {
        ServerSettings server = ServerSettings.of(Map.of(), system);
        ClientSettings client = ClientSettings.of(Map.of(), system);

        assertThat(server.tunnelPort()).isEqualTo(9000);
        assertThat(server.listenAddress()).isEqualTo("127.0.0.1");
        assertThat(server.listenPorts()).isEqualTo(new PortRange(15000, 19999));
        assertThat(server.drainTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(client.proxy()).isNull();
        assertThat(client.reconnectAttempts()).isEqualTo(-1);
    }

    @Test
    void aValueOfThisRunWinsOverTheFile() {
        system.setProperty("sallyport.set.org.sallyport.server:tunnel.port", "0");

        assertThat(ServerSettings.of(Map.of("tunnel.port", "9100"), system).tunnelPort())
                .isZero();
    }

    @Test
    void keysOfTheFrameworkArePassedOver() {
        Map<String, Object> given = Map.of(
                "service.pid",
                ServerSettings.PID,
                "felix.fileinstall.filename",
                "file:/x",
                "component.id",
                7L,
                "sallyport.role",
                "server");

        assertThat(ServerSettings.of(given, system)).isEqualTo(ServerSettings.of(Map.of(), system));
    }

    @Test
    void anUnknownKeyIsRefusedWithThoseThatExist() {
        assertThatThrownBy(() -> ServerSettings.of(Map.of("tunnel.prot", "9000"), system))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("org.sallyport.server: there is no setting 'tunnel.prot'")
                .hasMessageContaining("tunnel.port");
    }

    @Test
    void aWrongValueIsRefusedWithWhatWasGivenAndExpected() {
        assertThatThrownBy(() -> ServerSettings.of(Map.of("tunnel.port", "ninety"), system))
                .hasMessageStartingWith("org.sallyport.server: tunnel.port = 'ninety': expected a port");
        assertThatThrownBy(() -> ServerSettings.of(Map.of("drain.timeout", "NaN"), system))
                .hasMessageContaining("seconds from 0 to 50");
        assertThatThrownBy(() -> ServerSettings.of(Map.of("listen.ports", "9-3"), system))
                .hasMessageContaining("FIRST-LAST");
    }

    @Test
    void aProxyIsAnAddressAndSaysWhatIsWrongWithAnother() {
        ProxyAddress read = ClientSettings.of(Map.of("proxy", "SOCKS4A://[2001:db8::1]:1080/"), system)
                .proxy();

        assertThat(read).isEqualTo(new ProxyAddress(ProxyAddress.Kind.SOCKS4A, new HostPort("2001:db8::1", 1080)));
        assertThat(read).hasToString("socks4a://[2001:db8::1]:1080");
        assertThat(ClientSettings.of(Map.of("proxy", "http://corp_proxy:3128"), system)
                        .proxy())
                .extracting(ProxyAddress::words)
                .isEqualTo("http proxy corp_proxy:3128");
        for (String wrong : List.of(
                "proxy:3128",
                "https://proxy:3128",
                "http://proxy",
                "http://proxy:0",
                "http://proxy:3128/path",
                "://proxy:1",
                "http://")) {
            assertThatThrownBy(() -> ClientSettings.of(Map.of("proxy", wrong), system))
                    .as(wrong)
                    .isInstanceOf(SettingException.class)
                    .hasMessageStartingWith(
                            "org.sallyport.client: proxy = '" + wrong + "': expected http://HOST:PORT, socks4://");
        }
    }

    @Test
    void credentialsInAProxysAddressAreRefusedAndNotRepeated() {
        for (String wrong : List.of(
                "http://user:secret@proxy:3128",
                "http://us/er:sec@ret@proxy:3128",
                "user:secret@proxy:3128",
                "secret@http://proxy:3128")) {
            assertThatThrownBy(() -> ClientSettings.of(Map.of("proxy", wrong), system))
                    .isInstanceOf(SettingException.class)
                    .hasMessageContaining("…@")
                    .hasMessageContaining("name it in proxy.credentials")
                    .hasMessageNotContainingAny("secret", "sec@", "user", "us/er");
        }
    }

    @Test
    void advertisedAddressesAreAList() {
        ServerSettings settings = ServerSettings.of(Map.of("tunnel.advertised", "a.example:9000, [::1]:9001"), system);

        assertThat(settings.tunnelAdvertised())
                .containsExactly(new HostPort("a.example", 9000), new HostPort("::1", 9001));
    }

    @Test
    void everyDefaultIsAValueThatItsKeyAccepts() {
        ServerSettings.KEYS.forEach(key -> key.read(ServerSettings.PID, key.defaultText()));
        ClientSettings.KEYS.forEach(key -> key.read(ClientSettings.PID, key.defaultText()));
        LimitSettings.KEYS.forEach(key -> key.read(LimitSettings.PID, key.defaultText()));
    }

    @Test
    void trustedProxiesAreAddressesAndBlocks() {
        Map<String, String> given = Map.of("trusted.proxies", "10.0.0.0/8, 2001:db8::1");

        assertThat(ServerSettings.of(given, system).trustedProxies())
                .containsExactly(Cidr.parse("10.0.0.0/8"), Cidr.parse("2001:db8::1"));
        assertThat(ClientSettings.of(given, system).trustedProxies())
                .isEqualTo(ServerSettings.of(given, system).trustedProxies());
        assertThat(ServerSettings.of(Map.of(), system).trustedProxies()).isEmpty();
        for (String wrong : List.of("proxy.example", "10.0.0.0/33", "10.0.0.1,,10.0.0.2", "10.0.0.1:80")) {
            assertThatThrownBy(() -> ClientSettings.of(Map.of("trusted.proxies", wrong), system))
                    .isInstanceOf(SettingException.class)
                    .hasMessageStartingWith("org.sallyport.client: trusted.proxies = '" + wrong
                            + "': expected addresses or blocks as in 10.0.0.0/8, separated by commas, or nothing (");
        }
    }

    @Test
    void limitsAreReadWithTheirUnits() {
        LimitSettings limits = LimitSettings.of(
                Map.of("window.most", "512k", "window.tunnel", "1G", "early.process", "1048576", "tunnel.quiet", "1.5"),
                system);

        assertThat(limits.windows()).isEqualTo(new LimitSettings.Windows(512 << 10, 1L << 30));
        assertThat(limits.shared().early()).isEqualTo(1L << 20);
        assertThat(limits.tunnel().quiet()).isEqualTo(Duration.ofMillis(1500));
        assertThat(limits.attaching()).isEqualTo(LimitSettings.DEFAULTS.attaching());
        assertThat(LimitSettings.DEFAULTS.tunnel().dead()).isEqualTo(Duration.ofSeconds(12));
    }

    @ParameterizedTest
    @CsvSource({
        "window.most, 32mb, a size from 64k to 1g",
        "window.most, '', a size from 64k to 1g",
        "window.most, m, a size from 64k to 1g",
        "window.most, 63k, a size from 64k to 1g",
        "window.tunnel, 99999999999g, a size from 0 to 1024g",
        "memory.process, 10, 0 (a quarter of the JVM's direct memory) or a size from 1m to 1024g",
        "attach.source, 0, a number from 1 to 100000",
        "tunnel.opens, 255, a number from 256 to 1000000",
        "handshakes.source, 0, a number from 1 to 1000000",
        "http.max.body, -1, 0 (not bounded) or a size from 1 to 1024g",
        "ingress.source, -1, 0 (not bounded) to 10000000",
        "tunnel.dead, 5.5, 'at least 2 s more than tunnel.quiet, which is 4'"
    })
    void aLimitOutOfRangeIsRefusedWithWhatWasGivenAndExpected(String key, String given, String expected) {
        assertThatThrownBy(() -> LimitSettings.of(Map.of(key, given), system))
                .isInstanceOf(SettingException.class)
                .hasMessageStartingWith("org.sallyport.limits: " + key + " = '" + given + "': expected " + expected);
    }

    @Test
    void launchOptionsAreReadFromSystemProperties() {
        system.setProperty(LaunchOptions.TOKEN_FILES, "/a b/token\n-");
        system.setProperty(LaunchOptions.SERVER, "gw.example:9000");
        system.setProperty(LaunchOptions.TUNNELS, "4");
        system.setProperty(LaunchOptions.ALLOW, "db:5432\n:443");

        LaunchOptions options = LaunchOptions.of(system);

        assertThat(options.tokenFiles()).containsExactly("/a b/token", "-");
        assertThat(options.server()).isEqualTo(new HostPort("gw.example", 9000));
        assertThat(options.tunnels()).isEqualTo(4);
        assertThat(options.allow()).extracting(Object::toString).containsExactly("allow db:5432", "allow :443");
        assertThatThrownBy(() -> {
                    system.setProperty(LaunchOptions.TUNNELS, "65");
                    LaunchOptions.of(system);
                })
                .hasMessageContaining("out of range");
    }
}
