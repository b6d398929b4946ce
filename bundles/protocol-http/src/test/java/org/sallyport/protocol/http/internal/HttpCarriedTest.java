// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.api.Acl;
import org.sallyport.api.AclRule;
import org.sallyport.api.Cidr;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.HostPort;
import org.sallyport.api.ProxyAddress;
import org.sallyport.api.Verdict;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.event.Event;
import org.sallyport.contract.protocol.SocksProxy;
import org.sallyport.contract.protocol.TwoEnds;
import org.sallyport.contract.protocol.Way;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Pattern;
import org.sallyport.testkit.resource.Resource;

/** HTTP through data planes and sockets. */
@ParameterizedClass
@EnumSource(Way.class)
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // where lines end, and how, matters
class HttpCarriedTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: app.example\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final int LARGE = 8 << 20;

    @Parameter
    Way way;

    private TwoEnds ends;

    @BeforeEach
    void open() {
        ends = new TwoEnds(way, new Properties(), "http", new HttpProtocol(() -> LimitSettings.DEFAULTS));
    }

    @AfterEach
    void close() {
        ends.close();
    }

    @Test
    void requestsFollowEachOtherOnOneConnection() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(GET);
            try (Conversation resource = held.next()) {
                for (int i = 0; i < 3; i++) {
                    assertThat(head(resource))
                            .startsWith("GET /a HTTP/1.1\r\nHost: " + held.address() + "\r\n")
                            .contains("\r\nX-Forwarded-For: 127.0.0.1\r\n", "\r\nX-Forwarded-Host: app.example\r\n");
                    resource.send(OK);
                    assertThat(application.receive(OK.length())).isEqualTo(OK);
                    application.send(GET);
                }
            }
        }
    }

    @Test
    void aResourceThatEndedAnIdleConnectionIsDialledAnew() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            for (int i = 0; i < 3; i++) {
                application.send(GET);
                try (Conversation resource = held.next()) {
                    assertThat(head(resource)).startsWith("GET /a HTTP/1.1\r\n");
                    resource.send(OK).end();
                    assertThat(application.receive(OK.length())).isEqualTo(OK);
                    assertThat(resource.receiveAll()).isEmpty();
                }
            }
        }
        assertThat(ends.ingress().events().count(Event.FlowRefused.class)).isZero();
    }

    @Test
    void theLastAnswerOfAStreamIsNotHeldUntilTheNextRequest() throws IOException {
        String last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello";
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            for (int i = 0; i < 2; i++) {
                application.send(GET);
                try (Conversation resource = held.next()) {
                    head(resource);
                    resource.send(last);
                    assertThat(head(application))
                            .startsWith("HTTP/1.1 200 OK\r\n")
                            .doesNotContain("close");
                    assertThat(application.receive(5)).isEqualTo("hello");
                    assertThat(resource.receiveAll()).isEmpty();
                }
            }
        }
    }

    @Test
    void aResourceThatResetAnIdleConnectionIsDialledAnew() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(GET);
            try (Conversation resource = held.next()) {
                head(resource);
                resource.send(OK);
                assertThat(application.receive(OK.length())).isEqualTo(OK);
                resource.reset();
            }
            // also when the request is under way while the reset comes: one that changes nothing is sent again
            application.send(GET);
            try (Conversation resource = held.next()) {
                assertThat(head(resource)).startsWith("GET /a HTTP/1.1\r\n");
                resource.send(OK);
                assertThat(application.receive(OK.length())).isEqualTo(OK);
            }
        }
    }

    @Test
    void aResourceThatRefusesIsToldInHttp() throws IOException {
        try (Resource refusing = Resource.refusing();
                Conversation application = Conversation.connect(ends.attach().listening(refusing.address()))) {
            assertThat(application.send(GET).receiveAll())
                    .startsWith("HTTP/1.1 502 ")
                    .contains("Connection: close");
        }
        assertThat(ends.ingress().events().await(Event.FlowRefused.class).code())
                .isEqualTo("CONNECTION_REFUSED");
    }

    @Test
    void aConnectionThatSaysNothingOpensNothingAndEndsWithTheApplication() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            assertThat(application.end().receiveAll()).isEmpty();
        }
        assertThat(ends.ingress().events().await(Event.FlowEnded.class).end()).isEqualTo("closed");
    }

    @Test
    void aRequestThatDripsInIsOne() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            for (int i = 0; i < GET.length(); i++) {
                application.send(GET.substring(i, i + 1));
            }
            try (Conversation resource = held.next()) {
                assertThat(head(resource)).startsWith("GET /a HTTP/1.1\r\n");
                for (int i = 0; i < OK.length(); i++) {
                    resource.send(OK.substring(i, i + 1));
                }
                assertThat(application.receive(OK.length())).isEqualTo(OK);
            }
        }
    }

    @Test
    void largeBodiesStreamBothWays() throws IOException {
        try (Resource mirror = Resource.of(socket -> {
                    OutputStream out = socket.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 8388608\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    InputStream in = socket.getInputStream();
                    for (int end = 0; end < 4; ) {
                        end = in.read() == "\r\n\r\n".charAt(end) ? end + 1 : 0;
                    }
                    byte[] buffer = new byte[64 * 1024];
                    for (int left = LARGE, read; left > 0; left -= read) {
                        read = in.read(buffer);
                        out.write(buffer, 0, read);
                    }
                    in.read();
                });
                Conversation application = Conversation.connect(ends.attach().listening(mirror.address()))) {
            Thread sender = new Thread(() -> {
                try {
                    application.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8388608\r\n\r\n");
                    Pattern.write(application.socket().getOutputStream(), LARGE);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            sender.start();
            assertThat(head(application)).startsWith("HTTP/1.1 200 OK\r\n");
            byte[] body = application.socket().getInputStream().readNBytes(LARGE);
            assertThat(Pattern.readToEnd(new ByteArrayInputStream(body))).isEqualTo(LARGE);
        }
    }

    @Test
    void aResourceThatRefusesIsAnsweredFor() throws IOException {
        try (Resource refusing = Resource.refusing();
                Conversation application = Conversation.connect(ends.attach().listening(refusing.address()))) {
            application.send(GET);
            assertThat(head(application)).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
        }
    }

    @Test
    void nonsenseIsAnsweredWithoutTheResource() throws IOException {
        try (Resource echo = Resource.echo();
                Conversation application = Conversation.connect(ends.attach().listening(echo.address()))) {
            application.send("nonsense\r\n\r\n");
            assertThat(head(application)).startsWith("HTTP/1.1 400 Bad Request\r\n");
            assertThat(echo.served()).isZero();
        }
    }

    @Test
    void onlyPathsThatRulesNameReachTheResourceAndADenialIsToldWithItsRule() throws IOException {
        try (Resource held = Resource.held()) {
            Rules paths = Rules.allow(held.address() + "/a");
            try (Conversation application =
                    Conversation.connect(ends.attach(paths).listening(held.address()))) {
                application.send(GET);
                try (Conversation resource = held.next()) {
                    assertThat(head(resource)).startsWith("GET /a HTTP/1.1\r\n");
                    resource.send(OK);
                    assertThat(application.receive(OK.length())).isEqualTo(OK);
                    application.send("GET /a/../b?x HTTP/1.1\r\nHost: app.example\r\n\r\n");
                    assertThat(head(application)).startsWith("HTTP/1.1 403 Forbidden\r\n");
                    assertThat(resource.receiveAll()).isEmpty();
                }
            }
            Event.FlowRefused refused = ends.dialling(0).events().await(Event.FlowRefused.class);
            assertThat(refused.code()).isEqualTo("DENIED");
            assertThat(refused.reason())
                    .contains("'allow " + held.address() + "/a'", "acl:allow GATEWAY " + held.address() + "/b would");
        }
    }

    /** What is judged is the resource, by its name where the proxy resolves it, and never the proxy. */
    @Test
    void pathsOfAResourceBehindAProxyAreJudgedAsThoseOfOthers() throws IOException {
        try (Resource held = Resource.held();
                SocksProxy proxy = new SocksProxy(held.address())) {
            HostPort named = new HostPort("localhost", held.address().port());
            ends.attach(Rules.allow(
                    proxy.address().toString(), held.address() + "/a", "[::1]:" + named.port() + "/a", named + "/a"));
            for (HostPort resource : List.of(held.address(), named)) {
                HostPort listen = ends.listening(
                        resource,
                        DestinationOptions.DEFAULTS.withResourceProxy(
                                ProxyAddress.parse("socks5://" + proxy.address())));
                try (Conversation application = Conversation.connect(listen)) {
                    application.send(GET);
                    try (Conversation reached = held.next()) {
                        assertThat(head(reached)).startsWith("GET /a HTTP/1.1\r\n");
                        reached.send(OK);
                        assertThat(application.receive(OK.length())).isEqualTo(OK);
                        application.send("GET /b HTTP/1.1\r\nHost: app.example\r\n\r\n");
                        assertThat(head(application)).startsWith("HTTP/1.1 403 Forbidden\r\n");
                    }
                }
            }
            assertThat(proxy.asked()).hasSize(2);
        }
    }

    @Test
    void aProxyOfWhichOnlyPathsAreAllowedIsNotDialled() throws IOException {
        try (Resource held = Resource.held();
                SocksProxy proxy = new SocksProxy(held.address())) {
            HostPort listen = ends.attach(
                            Rules.allow(proxy.address() + "/a", held.address().toString()))
                    .listening(
                            held.address(),
                            DestinationOptions.DEFAULTS.withResourceProxy(
                                    ProxyAddress.parse("socks5://" + proxy.address())));
            try (Conversation application = Conversation.connect(listen)) {
                application.send(GET);
                assertThat(head(application)).startsWith("HTTP/1.1 403 Forbidden\r\n");
            }
            assertThat(proxy.asked()).isEmpty();
        }
    }

    @Test
    void whatCanBeReadInTwoWaysIsRefusedWhereRulesNamePathsAndOnlyThere() throws IOException {
        String doubtful = "GET /a%2fb HTTP/1.1\r\nHost: app.example\r\n\r\n";
        try (Resource held = Resource.held()) {
            HostPort listen = ends.attach(Rules.allow(held.address() + "/a")).listening(held.address());
            try (Conversation application = Conversation.connect(listen)) {
                application.send(doubtful);
                assertThat(head(application)).startsWith("HTTP/1.1 400 ");
                held.next().close();
            }
            ends.access(Rules.allow(held.address().toString()));
            ends.apply();
            try (Conversation application = Conversation.connect(listen)) {
                application.send(doubtful);
                try (Conversation resource = held.next()) {
                    assertThat(head(resource)).startsWith("GET /a%2fb HTTP/1.1\r\n");
                }
            }
        }
    }

    @Test
    void aChangeOfTheRulesHoldsForTheNextRequestOfAnOpenConnection() throws IOException {
        try (Resource held = Resource.held()) {
            HostPort listen =
                    ends.attach(Rules.allow(held.address().toString())).listening(held.address());
            ends.access(Rules.allow(held.address().toString()));
            ends.apply();
            try (Conversation application = Conversation.connect(listen)) {
                application.send(GET);
                try (Conversation resource = held.next()) {
                    head(resource);
                    resource.send(OK);
                    assertThat(application.receive(OK.length())).isEqualTo(OK);

                    ends.access(Rules.allow(held.address() + "/a"));
                    ends.apply();
                    application.send(GET);
                    try (Conversation another = held.next()) {
                        assertThat(head(another)).startsWith("GET /a HTTP/1.1\r\n");
                        assertThat(resource.receiveAll()).isEmpty();
                        another.send(OK);
                        assertThat(application.receive(OK.length())).isEqualTo(OK);

                        ends.access(Rules.allow(held.address() + "/b"));
                        ends.apply();
                        application.send(GET);
                        assertThat(head(application)).startsWith("HTTP/1.1 403 ");
                        assertThat(another.receiveAll()).isEmpty();
                    }
                }
            }
        }
    }

    @Test
    void whoIsOneTooManyIsAnsweredAndOneThatSaysNothingIsReset() throws IOException {
        try (Resource held = Resource.held()) {
            HostPort listen =
                    ends.attach().listening(held.address(), DestinationOptions.DEFAULTS.withMaxConnections(1));
            try (Conversation first = Conversation.connect(listen)) {
                first.send(GET);
                try (Conversation resource = held.next();
                        Conversation silent = Conversation.connect(listen);
                        Conversation second = Conversation.connect(listen)) {
                    head(resource);
                    assertThat(second.send(GET).receiveAll())
                            .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                            .contains("Connection: close");
                    assertThat(silent.isResetNext()).isTrue();
                    assertThat(ends.status(ends.only()).open()).isOne();
                    assertThat(ends.status(ends.only()).refused()).isEqualTo(2);
                    resource.send(OK);
                    assertThat(first.receive(OK.length())).isEqualTo(OK);
                }
            }
        }
        assertThat(ends.ingress().events().await(Event.FlowRefused.class).reason())
                .isEqualTo("the limit of 1 connections is reached");
    }

    @Test
    void withoutAClientInTimeTheAnswerIs503() throws IOException {
        try (Resource held = Resource.held()) {
            HostPort listen = ends.attach()
                    .listening(held.address(), DestinationOptions.DEFAULTS.withConnectTimeout(Duration.ofSeconds(1)));
            ends.busy(true);
            try (Conversation application = Conversation.connect(listen)) {
                application.send(GET);
                assertThat(head(application)).startsWith("HTTP/1.1 503 ");
            }
        }
        assertThat(ends.ingress().events().await(Event.FlowRefused.class).code())
                .isEqualTo("NO_CLIENT");
    }

    @Test
    void theWordOfTrustedProxiesCountsFromTheNextRequestOn() throws IOException {
        String request = "GET /a HTTP/1.1\r\nHost: app.example\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n";
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(request);
            try (Conversation resource = held.next()) {
                assertThat(head(resource)).contains("\r\nX-Forwarded-For: 127.0.0.1\r\n");
                resource.send(OK);
                assertThat(application.receive(OK.length())).isEqualTo(OK);

                ends.trustedProxies(List.of(Cidr.parse("127.0.0.0/8")));
                ends.apply();
                application.send(request);
                assertThat(head(resource)).contains("\r\nX-Forwarded-For: 203.0.113.9, 127.0.0.1\r\n");
            }
        }
    }

    /** A list as a client has it. */
    private record Rules(Acl acl) implements AccessPolicy {
        static Rules allow(String... targets) {
            return new Rules(new Acl(Stream.of(targets)
                    .map(target -> AclRule.parse(AclRule.Action.ALLOW, target))
                    .toList()));
        }

        @Override
        public Verdict checkUnresolved(String host, int port) {
            return acl.verdictUnresolved(host, port);
        }

        @Override
        public Verdict check(String host, int port, InetAddress address) {
            return acl.verdict(host, port, address);
        }

        @Override
        public Verdict checkPath(String host, int port, @Nullable InetAddress address, String path) {
            return acl.verdict(host, port, address, path);
        }
    }

    private static String head(Conversation conversation) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append(conversation.receive(1));
        }
        return head.toString();
    }
}
