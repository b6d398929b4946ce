// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.HostPort;
import org.sallyport.api.ProxyProtocol;
import org.sallyport.api.SourceAccess;
import org.sallyport.api.SourceHeaders;
import org.sallyport.api.SourceRule;
import org.sallyport.api.event.Event;
import org.sallyport.testkit.resource.Resource;

/** Where an application is, told by a load balancer before and to the resource behind, whatever protects the two legs. */
@ParameterizedClass
@CsvSource({"ON_PREMISES,NONE", "ACROSS_LOOPS,TLS", "CLOUD,NONE", "CLOUD,TLS"})
public abstract class SourceContract extends LegsFixture {
    private static final String TOLD = "PROXY TCP4 192.0.2.7 198.51.100.9 4711 443\r\n";
    private static final String BINARY =
            "0d0a0d0a000d0a515549540a" + "2111000c" + "c0000207" + "c6336409" + "1267" + "01bb";

    private final BlockingQueue<String> headers = new LinkedBlockingQueue<>();

    @Test
    void theResourceIsToldInALine() throws Exception {
        HostPort listen;
        try (Resource echo = echoAfter(this::readLine)) {
            listen = ends.attach().listening(echo.address(), with(ProxyProtocol.V1, false));
            try (Socket application = application(listen)) {
                assertThat(exchange(application, "hello")).isEqualTo("hello");
                assertThat(header())
                        .isEqualTo("PROXY TCP4 127.0.0.1 127.0.0.1 " + application.getLocalPort() + " " + listen.port()
                                + "\r\n");
            }
        }
    }

    @Test
    void theResourceIsToldInBinary() throws Exception {
        try (Resource echo = echoAfter(this::readBinary)) {
            HostPort listen = ends.attach().listening(echo.address(), with(ProxyProtocol.V2, false));
            try (Socket application = application(listen)) {
                assertThat(exchange(application, "hello")).isEqualTo("hello");
                byte[] ports = ByteBuffer.allocate(4)
                        .putShort((short) application.getLocalPort())
                        .putShort((short) listen.port())
                        .array();
                assertThat(header())
                        .isEqualTo("0d0a0d0a000d0a515549540a2111000c7f0000017f000001"
                                + HexFormat.of().formatHex(ports));
            }
        }
    }

    @Test
    void aResourceThatIsOnlyTriedIsToldOfNobody() throws Exception {
        try (Resource echo = echoAfter(this::readLine)) {
            ends.attach().listening(echo.address(), with(ProxyProtocol.V1, false));
            assertThat(ends.dialling(0).gateway().probe(ends.only().id()).await(20, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(header()).isEqualTo("PROXY UNKNOWN\r\n");
        }
    }

    @Test
    void whatALoadBalancerTellsIsBelievedAndPassedOn() throws Exception {
        for (byte[] told :
                List.of(TOLD.getBytes(StandardCharsets.US_ASCII), HexFormat.of().parseHex(BINARY))) {
            try (Resource echo = echoAfter(this::readLine)) {
                if (ends.tunnels() == 0) {
                    ends.attach();
                }
                HostPort listen = ends.listening(echo.address(), with(ProxyProtocol.V1, true));
                try (Socket application = application(listen, told)) {
                    assertThat(exchange(application, "hello")).isEqualTo("hello");
                    assertThat(header()).isEqualTo(TOLD);
                }
                assertThat(ends.ingress().events().await(Event.FlowEnded.class).source())
                        .isEqualTo("192.0.2.7:4711");
            }
        }
    }

    @Test
    void aLoadBalancerThatTellsNothingSpeaksForItself() throws Exception {
        try (Resource echo = echoAfter(this::readLine)) {
            HostPort listen = ends.attach().listening(echo.address(), with(ProxyProtocol.V1, true));
            byte[] told = "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);
            try (Socket application = application(listen, told)) {
                assertThat(exchange(application, "hello")).isEqualTo("hello");
                assertThat(header()).startsWith("PROXY TCP4 127.0.0.1 127.0.0.1 " + application.getLocalPort());
            }
        }
    }

    @Test
    void aConnectionWithoutAHeaderIsResetCountedAndNamed() throws IOException {
        try (Resource echo = echo()) {
            HostPort listen = ends.attach().listening(echo.address(), with(ProxyProtocol.NONE, true));
            try (Socket application = plain(listen)) {
                application.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                drain(application);
            }
            Event.FlowRefused refused = ends.ingress().events().await(Event.FlowRefused.class);
            assertThat(refused.code()).isEqualTo("DENIED");
            assertThat(refused.reason()).contains("did not begin with a header of the PROXY protocol");
            assertThat(ends.status(ends.only()).refused()).isOne();
            assertThat(echo.served()).isZero();
            try (Socket application = plain(listen)) {
                application.shutdownOutput();
                drain(application);
            }
            assertThat(ends.ingress().events().await(Event.FlowRefused.class).reason())
                    .endsWith("but with its end");
        }
    }

    @Test
    void sourceRulesAreAboutTheLoadBalancer() throws Exception {
        DestinationOptions claimed = with(ProxyProtocol.NONE, true)
                .withSources(new SourceAccess(true, List.of(SourceRule.parse("192.0.2.0/24"))));
        try (Resource echo = echo()) {
            HostPort listen = ends.attach().listening(echo.address(), claimed);
            try (Socket application = plain(listen)) {
                application.getOutputStream().write(TOLD.getBytes(StandardCharsets.US_ASCII));
                drain(application);
            } catch (IOException reset) {
                // as it should be
            }
            assertThat(ends.ingress().events().await(Event.FlowRefused.class).reason())
                    .contains("no source rule lets 127.0.0.1 in");
            ends.change(ends.only()
                    .withOptions(claimed.withSources(new SourceAccess(
                            true,
                            List.of(SourceRule.parse(
                                    InetAddress.getLoopbackAddress().getHostAddress()))))));
            ends.apply();
            try (Socket application = application(listen, TOLD.getBytes(StandardCharsets.US_ASCII))) {
                assertThat(exchange(application, "hello")).isEqualTo("hello");
            }
        }
    }

    private DestinationOptions with(ProxyProtocol sent, boolean expected) {
        return options().withSourceHeaders(new SourceHeaders(sent, expected));
    }

    private void readLine(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.indexOf("\n") < 0) {
            int c = socket.getInputStream().read();
            if (c < 0) {
                throw new IOException("it ended within its header");
            }
            line.append((char) c);
        }
        headers.add(line.toString());
    }

    private void readBinary(Socket socket) throws IOException {
        headers.add(HexFormat.of().formatHex(socket.getInputStream().readNBytes(28)));
    }

    private String header() throws InterruptedException {
        String header = headers.poll(20, TimeUnit.SECONDS);
        return header == null ? "no header came" : header;
    }
}
