// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.api.HostPort;
import org.sallyport.api.config.ClientSettings;
import org.sallyport.api.event.Event;
import org.sallyport.api.service.AttachmentService;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.TunnelService;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Conversation;

/** A client behind outbound proxies as others wrote them: tinyproxy and Dante. */
@Timeout(120)
final class ProxiesTest {
    @RegisterExtension
    private final Site site = new Site();

    @Test
    void anHttpProxyWithCredentialsIsUsedAndShown() throws IOException {
        ProxyProcess proxy = site.ending(ProxyProcess.http(proxies(), serverPort()));
        ClientNode client = client("client", proxy.as("http"), ProxyProcess.PASSWORD);

        assertCarries(client, "via " + proxy.as("http").replace("://", " proxy "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks4", "socks5"}) // this one takes the name of SOCKS 4a for an address
    void aSocksProxyIsUsedAndShown(String kind) throws IOException {
        ProxyProcess proxy = site.ending(ProxyProcess.socks(proxies(), Ports.free()));
        ClientNode client = client("client", proxy.as(kind), ProxyProcess.PASSWORD);

        assertCarries(client, "via " + proxy.as(kind).replace("://", " proxy "));
    }

    @Test
    void aSocks5ProxyWithAPasswordIsUsedAndShown() throws IOException {
        ProxyProcess proxy = site.ending(ProxyProcess.socksWithPassword(proxies(), Ports.free()));
        ClientNode client = client("client", proxy.as("socks5"), ProxyProcess.PASSWORD);

        assertCarries(client, "via " + proxy.as("socks5").replace("://", " proxy "));
    }

    @Test
    void wrongCredentialsForAnHttpProxyAreSaidAndCorrectedWithoutARestart() throws IOException {
        ProxyProcess proxy = site.ending(ProxyProcess.http(proxies(), serverPort()));

        assertSaidAndCorrected(proxy.as("http"), "does not accept the credentials (401)");
    }

    @Test
    void aWrongPasswordForASocks5ProxyIsSaidAndCorrectedWithoutARestart() throws IOException {
        ProxyProcess proxy = site.ending(ProxyProcess.socksWithPassword(proxies(), Ports.free()));

        assertSaidAndCorrected(proxy.as("socks5"), "does not accept the credentials");
    }

    @Test
    void missingCredentialsAreSaid() throws IOException {
        ProxyProcess http = site.ending(ProxyProcess.http(proxies().resolve("http"), serverPort()));
        ProxyProcess socks =
                site.ending(ProxyProcess.socksWithPassword(proxies().resolve("socks"), Ports.free()));

        assertCause(starting("one", Map.of("proxy", http.as("http"))), "wants credentials (407)");
        // this one closes the connection, or says that it knows no way to log in
        assertCause(starting("two", Map.of("proxy", socks.as("socks5"))), "wants a login");
    }

    @Test
    void aProxyWhoseRulesForbidTheServerIsSaid() throws IOException {
        ProxyProcess http = site.ending(ProxyProcess.http(proxies().resolve("http"), Ports.free()));
        ProxyProcess socks = site.ending(ProxyProcess.socks(proxies().resolve("socks"), serverPort()));

        Path right = credentials("client", ProxyProcess.PASSWORD);
        assertCause(
                starting("one", Map.of("proxy", http.as("http"), "proxy.credentials", right.toString())),
                "forbids connections to localhost:" + serverPort() + " (403 ");
        assertCause(starting("two", Map.of("proxy", socks.as("socks4"))), "rejected by its rules");
        assertCause(starting("three", Map.of("proxy", socks.as("socks5"))), "its rules forbid it (2)");
    }

    @Test
    void aServerThatIsAwayIsToldFromAProxyThatIsAway() throws IOException {
        int nobody = Ports.free();
        ProxyProcess http = site.ending(ProxyProcess.http(proxies().resolve("http"), nobody));
        ProxyProcess socks = site.ending(ProxyProcess.socks(proxies().resolve("socks"), Ports.free()));
        Path right = credentials("client", ProxyProcess.PASSWORD);
        HostPort away = new HostPort("localhost", nobody);

        assertCause(
                starting("one", away, Map.of("proxy", http.as("http"), "proxy.credentials", right.toString())),
                "http proxy 127.0.0.1");
        assertCause(
                starting("two", away, Map.of("proxy", socks.as("socks5"))), "the server refused the connection (5)");
        socks.close();
        assertCause(starting("three", Map.of("proxy", socks.as("socks5"))), ": it refused the connection");
    }

    @Test
    void anotherProxyIsTakenForTheNextTunnelAndRunningOnesGoOn() throws IOException {
        ProxyProcess first = site.ending(ProxyProcess.http(proxies(), serverPort()));
        ProxyProcess second = site.ending(ProxyProcess.socks(proxies(), Ports.free()));
        ClientNode client = client("client", first.as("http"), ProxyProcess.PASSWORD);
        DestinationView inward = site.inward(site.resource());
        try (Conversation application = Conversation.connect(site.listening(inward))) {
            assertThat(application.receive(7)).isEqualTo("office\n");

            client.components()
                    .configure(ClientSettings.PID, Map.of("drain.timeout", "1", "proxy", second.as("socks5")));
            client.await(Event.ConfigurationApplied.class);
            assertThat(application.send("x").receive(1)).isEqualTo("x");
            assertThat(transport(client)).contains("via http proxy");
        }
        first.close();
        client.await(Event.Attached.class, 1, attached -> true);

        assertThat(transport(client)).contains("via socks5 proxy");
        assertThat(Named.ask(site.listening(inward), "x")).isEqualTo("office\nx");
    }

    private void assertCarries(ClientNode client, String shown) {
        assertThat(transport(client)).endsWith(shown);
        assertThat(Named.ask(site.listening(site.inward(site.resource())), "x")).isEqualTo("office\nx");
    }

    private void assertSaidAndCorrected(String proxy, String cause) throws IOException {
        Path file = credentials("client", "wrong");
        ClientNode client = starting("client", Map.of("proxy", proxy, "proxy.credentials", file.toString()));
        assertCause(client, cause);

        credentials("client", ProxyProcess.PASSWORD);
        client.await(Event.Attached.class);
    }

    private static void assertCause(ClientNode client, String cause) {
        Await.until("'" + cause + "' is said", () -> client.get(AttachmentService.class).attachments().stream()
                .anyMatch(attachment -> attachment.cause().contains(cause)));
    }

    private static String transport(ClientNode client) {
        return client.get(TunnelService.class).tunnels().get(0).transport();
    }

    private Path proxies() {
        return site.directory().resolve("proxy");
    }

    private int serverPort() {
        return site.server().tunnel().port();
    }

    private Path credentials(String name, String password) throws IOException {
        Path file = site.directory().resolve(name + ".credentials");
        Files.writeString(file, ProxyProcess.USER + ":" + password + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** {@return a client that has attached through a proxy, to a server that it knows by name} */
    private ClientNode client(String name, String proxy, String password) throws IOException {
        ClientNode client = site.client(
                name,
                Map.of(
                        "proxy",
                        proxy,
                        "proxy.credentials",
                        credentials(name, password).toString()));
        client.attach(site.token(), new HostPort("localhost", serverPort()));
        return client;
    }

    /** {@return a client that tries to attach} */
    private ClientNode starting(String name, Map<String, String> settings) {
        return starting(name, new HostPort("localhost", serverPort()), settings);
    }

    private ClientNode starting(String name, HostPort server, Map<String, String> settings) {
        ClientNode client = site.client(name, settings);
        client.await(Event.ClientReady.class);
        client.get(AttachmentService.class).attach(site.token(), 1, server);
        return client;
    }
}
