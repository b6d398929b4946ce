// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.HostPort;
import org.sallyport.api.ProxyAddress;
import org.sallyport.api.ProxyProtocol;
import org.sallyport.api.SourceHeaders;
import org.sallyport.api.Verdict;
import org.sallyport.api.event.Event;
import org.sallyport.testkit.resource.Resource;

/** Resources behind SOCKS proxies, whatever protects the two legs. */
@ParameterizedClass
@CsvSource({"ON_PREMISES,NONE", "ACROSS_LOOPS,TLS", "CLOUD,NONE", "CLOUD,MUTUAL"})
public abstract class ResourceProxyContract extends LegsFixture {
    @Test
    void aResourceIsReachedThroughEachKind() throws IOException {
        try (Resource echo = echo();
                SocksProxy proxy = new SocksProxy(echo.address())) {
            ends.attach(ALL);
            for (String kind : new String[] {"socks4", "socks4a", "socks5"}) {
                try (Socket application = application(ends.listening(echo.address(), through(kind, proxy)))) {
                    assertThat(exchange(application, "hello")).isEqualTo("hello");
                }
            }
            assertThat(proxy.asked())
                    .containsExactly("4 " + echo.address(), "4 " + echo.address(), "5 " + echo.address());
        }
    }

    /** The server would not dial every address that a name can lead to, so it asks for addresses that it has judged. */
    @Test
    void aClientLeavesNamesToTheProxyAndTheServerDoesNot() throws IOException {
        try (Resource echo = echo();
                SocksProxy proxy = new SocksProxy(echo.address())) {
            ends.attach(ALL);
            HostPort named = new HostPort("localhost", echo.address().port());
            for (String kind : new String[] {"socks4", "socks4a", "socks5"}) {
                try (Socket application = application(ends.listening(named, through(kind, proxy)))) {
                    assertThat(exchange(application, "hello")).isEqualTo("hello");
                }
            }
            String host = way.direction() == Direction.CLOUD ? "127.0.0.1" : "localhost";
            int port = named.port();
            assertThat(proxy.asked())
                    .hasSize(3)
                    .startsWith("4 127.0.0.1:" + port, "4 " + host + ":" + port)
                    .last()
                    .asString()
                    .matches("5 (" + host + (way.direction() == Direction.CLOUD ? "|0:0:0:0:0:0:0:1" : "") + "):"
                            + port);
        }
    }

    @Test
    void theHeaderFollowsWhatTheProxyIsTold() throws IOException {
        try (Resource echo = echoAfter(socket -> socket.getInputStream().readNBytes(28));
                SocksProxy proxy = new SocksProxy(echo.address())) {
            DestinationOptions options =
                    through("socks5", proxy).withSourceHeaders(new SourceHeaders(ProxyProtocol.V2, false));
            try (Socket application = application(ends.attach(ALL).listening(echo.address(), options))) {
                assertThat(exchange(application, "hello")).isEqualTo("hello");
            }
        }
    }

    @Test
    void aProxyThatMayNotBeDialledIsNot() throws IOException {
        try (Resource echo = echo();
                SocksProxy proxy = new SocksProxy(echo.address())) {
            ends.attach((host, port, address) -> port == proxy.address().port()
                    ? new Verdict.Denied(Verdict.Source.POLICY, "not this proxy")
                    : new Verdict.Allowed("test"));
            assertThat(refusal(echo.address(), through("socks5", proxy)).reason())
                    .isEqualTo("not this proxy");
            assertThat(proxy.asked()).isEmpty();
        }
    }

    @Test
    void theAddressOfAProxyIsJudgedToo() throws IOException {
        try (Resource echo = echo();
                SocksProxy proxy = new SocksProxy(echo.address())) {
            ends.attach((host, port, address) -> port == proxy.address().port() && address != null
                    ? new Verdict.Denied(Verdict.Source.POLICY, "not this address")
                    : new Verdict.Allowed("test"));
            assertThat(refusal(echo.address(), through("socks5", proxy)).reason())
                    .isEqualTo("not this address");
            assertThat(proxy.asked()).isEmpty();
        }
    }

    @Test
    void aResourceThatMayNotBeReachedIsNotAskedFor() throws IOException {
        try (Resource echo = echo();
                SocksProxy proxy = new SocksProxy(echo.address())) {
            ends.attach((host, port, address) -> port == echo.address().port() && address != null
                    ? new Verdict.Denied(Verdict.Source.POLICY, "not this resource")
                    : new Verdict.Allowed("test"));
            assertThat(refusal(echo.address(), through("socks5", proxy)).reason())
                    .isEqualTo("not this resource");
            HostPort named = new HostPort("localhost", echo.address().port());
            assertThat(refusal(named, through("socks5", proxy)).reason())
                    .isEqualTo(
                            way.direction() == Direction.CLOUD
                                    ? "not this resource"
                                    : "localhost would be resolved by the proxy, and the end that dials allows only what it"
                                            + " resolves itself");
            assertThat(proxy.asked()).isEmpty();
        }
    }

    @Test
    void whatTheProxyAnswersIsTold() throws IOException {
        try (Resource echo = echo();
                SocksProxy proxy = new SocksProxy(echo.address(), 5)) {
            ends.attach(ALL);
            Event.FlowRefused refused = refusal(echo.address(), through("socks5", proxy));
            assertThat(refused.code()).isEqualTo("CONNECTION_REFUSED");
            assertThat(refused.reason())
                    .isEqualTo("the socks5 proxy " + proxy.address() + " does not connect to " + echo.address()
                            + ": the server refused the connection (5)");
        }
    }

    @Test
    void aProxyThatIsNoneOrNotThereIsNamed() throws IOException {
        try (Resource echo = echo();
                Resource web = Resource.of(socket -> {
                    socket.getInputStream().read();
                    socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n".getBytes(StandardCharsets.US_ASCII));
                });
                Resource refusing = Resource.refusing();
                Resource silent = Resource.of(LegsFixture::drain)) {
            ends.attach(ALL);
            assertThat(refusal(echo.address(), through("socks5", web.address())).reason())
                    .contains("what answers at the socks5 proxy " + web.address() + " is no such proxy");
            assertThat(refusal(echo.address(), through("socks5", refusing.address()))
                            .reason())
                    .isEqualTo("the socks5 proxy " + refusing.address() + " refused the connection");
            assertThat(refusal(
                                    echo.address(),
                                    through("socks5", silent.address()).withConnectTimeout(Duration.ofSeconds(1)))
                            .reason())
                    .contains("1 s");
        }
    }

    private DestinationOptions through(String kind, SocksProxy proxy) {
        return through(kind, proxy.address());
    }

    private DestinationOptions through(String kind, HostPort proxy) {
        return options().withResourceProxy(ProxyAddress.parse(kind + "://" + proxy));
    }

    private Event.FlowRefused refusal(HostPort resource, DestinationOptions options) throws IOException {
        HostPort listen = ends.listening(resource, options);
        try (Socket application = application(listen)) {
            exchange(application, "hello");
        } catch (IOException reset) {
            // as it should be
        }
        return ends.ingress().events().await(Event.FlowRefused.class);
    }
}
