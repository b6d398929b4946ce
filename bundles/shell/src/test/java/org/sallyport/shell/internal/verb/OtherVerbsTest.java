// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.api.ClientId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.health.HealthCheck;
import org.sallyport.api.service.AttachmentService;
import org.sallyport.api.service.LimitView;
import org.sallyport.api.service.Outcome;
import org.sallyport.api.service.Refusal;
import org.sallyport.api.service.TunnelView;
import org.sallyport.shell.internal.FakeServer;

@Timeout(20)
final class OtherVerbsTest {
    private static final String RULES =
            """
            Action | Host       | Port | Path
            -------+------------+------+-----
            allow  | db.example | 5432 |
            allow  | 10.0.0.0/8 | any  |
            deny   | any        | 22   |
            Unlisted: deny
            Edited by: both
            """;

    private final Bench bench = new Bench();

    @TempDir
    Path directory;

    @BeforeEach
    void enter() {
        bench.directory = directory;
    }

    @Test
    void clientsAreListedWhole() {
        bench.run("client:list");

        assertThat(bench.out())
                .startsWith("ID              | Gateway           | Host   | Address         | State    | Since")
                .contains("12.3 ms")
                .contains("| " + FakeServer.KEY + "\n");
    }

    @Test
    void clientsOfOneGatewayAreListedApart() {
        bench.run("client:list AAAAAAAAAAA_local");

        assertThat(bench.out()).isEqualTo("No client is attached.\n");
    }

    @Test
    void aClientAsJsonHasTheContractsFields() {
        bench.run("client:show " + FakeServer.CLIENT + " -o json");

        assertThat(bench.out())
                .isEqualTo(
                        """
                        {
                          "id" : "qsn47KM8iTa_3R2",
                          "gateway" : "qsn47KM8iTa_local",
                          "key" : "%s",
                          "host" : "edge-1",
                          "address" : "192.0.2.7:40000",
                          "version" : "0.1.0",
                          "since" : "2026-01-02T03:04:05.678901234Z",
                          "rttMillis" : 12.345,
                          "state" : "attached"
                        }
                        """
                                .formatted(FakeServer.KEY));
    }

    @Test
    void aClientIsTerminatedDrainedAndProbed() {
        bench.run("client:terminate " + FakeServer.CLIENT);
        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_3R2 terminated\n");
        bench.run("client:drain " + FakeServer.CLIENT);
        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_3R2 drained\n");
        bench.run("client:probe " + FakeServer.CLIENT);
        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_3R2 1.3 ms\n");
    }

    @Test
    void aKeyIsBlockedByItsWholeFingerprintOnly() {
        bench.run("client:block " + FakeServer.KEY);
        assertThat(bench.out()).isEqualTo(FakeServer.KEY + " blocked; clients terminated: 2\n");

        assertThatThrownBy(() -> bench.run("client:block 0123")).hasMessageContaining("expected 64 hexadecimal digits");
    }

    @Test
    void historyShowsTheRefusedToo() {
        bench.run("client:history " + FakeServer.GATEWAY);
        assertThat(bench.out()).contains("the token has expired").contains("edge-1");

        bench.run("client:history " + FakeServer.GATEWAY + " -o json");
        assertThat(bench.out()).contains("\"until\" : null");
    }

    @Test
    void anAclIsShownWithWhatHappensToTheRest() {
        bench.run("acl:show " + FakeServer.GATEWAY);

        assertThat(bench.out()).isEqualTo(RULES);
    }

    @Test
    void rulesAreAddedAndRemovedByTheirTarget() {
        bench.run("acl:allow " + FakeServer.GATEWAY + " web:443/shop");
        assertThat(bench.out()).isEqualTo("allow web:443/shop\n");
        bench.run("acl:deny " + FakeServer.GATEWAY + " web:");
        assertThat(bench.out()).isEqualTo("deny web:\n");
        bench.run("acl:remove " + FakeServer.GATEWAY + " WEB:443/shop");
        assertThat(bench.out()).isEqualTo("web:443/shop removed\n");

        assertThatThrownBy(() -> bench.run("acl:remove " + FakeServer.GATEWAY + " web:443/shop"))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> bench.run("acl:deny " + FakeServer.GATEWAY + " web:443/shop"))
                .hasMessageContaining("a deny rule cannot have a path");
        assertThatThrownBy(() -> bench.run("acl:allow " + FakeServer.GATEWAY + " web"))
                .hasMessageContaining("expected [HOST]:[PORT][/PATH]");
    }

    @Test
    void aFileOfTheOlderProductReplacesTheList() throws IOException {
        Files.writeString(
                directory.resolve("acl.txt"),
                """
                # kept since 2015
                acl allow localhost:80/my/api
                acl deny :22
                """);

        bench.run("acl:load " + FakeServer.GATEWAY + " acl.txt");

        assertThat(bench.out()).isEqualTo("rules: 2\n");
        assertThat(bench.server.asked)
                .containsExactly("replace qsn47KM8iTa_local [allow localhost:80/my/api, deny :22]");
    }

    @Test
    void aFileWithAWrongLineChangesNothingAndNamesTheLine() throws IOException {
        Files.writeString(directory.resolve("acl.txt"), "acl allow db:5432\nacl permit db:1\n");

        assertThatThrownBy(() -> bench.run("acl:load " + FakeServer.GATEWAY + " acl.txt"))
                .hasMessageStartingWith("acl.txt, line 2: 'acl permit db:1'")
                .hasMessageEndingWith("nothing was changed");
        assertThatThrownBy(() -> bench.run("acl:load " + FakeServer.GATEWAY + " other.txt"))
                .hasMessage("there is no file " + directory.resolve("other.txt"));
        assertThatThrownBy(() -> bench.run("acl:load " + FakeServer.GATEWAY + " ."))
                .hasMessageContaining("is not a regular file");
        assertThat(bench.server.asked).isEmpty();
    }

    @Test
    void withoutAnyRoleTheAclNamesBothFeatures() {
        bench.services.acls = null;

        assertThatThrownBy(() -> bench.run("acl:show " + FakeServer.GATEWAY))
                .hasMessageContaining("sallyport-server")
                .hasMessageContaining("sallyport-client");
    }

    @Test
    void tunnelsAreListedWithWhatIsStillTried() {
        bench.services.attachments = new Attachments();
        bench.services.tunnels.add(() -> List.of(tunnel("attached")));

        bench.run("tunnel:list");
        assertThat(bench.out())
                .contains("epoll, BoringSSL")
                .contains("connecting")
                .contains("nobody answers")
                .hasLineCount(4);

        bench.run("tunnel:list -o json");
        assertThat(bench.out()).contains("\"state\" : \"connecting\"").contains("\"bytesReceived\" : 20");
    }

    @Test
    void aTunnelIsShownWithAllLimitsThatAreInForceAndItsOwnWhereItBeganWithOthers() {
        bench.services.limits.addAll(List.of(
                LimitView.rate("ingress.source", 0),
                LimitView.rate("ingress.destination", 100),
                LimitView.bytes("memory.process", 256 << 20, 1_300_000L),
                LimitView.count("tunnel.streams", 7, null),
                LimitView.bytes("window.tunnel", 0, null),
                LimitView.count("attach.total", 500, 3L)));
        bench.services.tunnels.add(() -> List.of(
                tunnel("draining"),
                tunnel(
                        "attached",
                        LimitView.count("tunnel.streams", 32768, 2L),
                        LimitView.time("tunnel.dead", Duration.ofMillis(12_500)),
                        LimitView.bytes("window.tunnel", 64 << 20, 65536L))));

        bench.run("tunnel:show " + FakeServer.CLIENT);
        assertThat(bench.out())
                .isEqualTo(
                        """
                        Client      qsn47KM8iTa_3R2
                        Gateway     qsn47KM8iTa_local
                        State       attached
                        Remote      203.0.113.1:9000
                        Key         %s
                        TLS         TLSv1.3 TLS_AES_128_GCM_SHA256
                        Transport   epoll, BoringSSL
                        Since       2026-01-02T03:04:05Z
                        Round trip  1.5 ms
                        Streams     2
                        Sent        10
                        Received    20
                        Held        64k
                        Features    window

                        Limit               | In force     | In use
                        --------------------+--------------+-------
                        attach.total        | 500          | 3
                        tunnel.streams      | 32768        | 2
                        tunnel.dead         | 12.5 s       |
                        window.tunnel       | 64m          | 64k
                        memory.process      | 256m         | 1.2m
                        ingress.source      | not bounded  |
                        ingress.destination | 100 a second |
                        """
                                .formatted(FakeServer.KEY));

        bench.run("tunnel:show " + FakeServer.CLIENT + " -o json");
        assertThat(bench.out())
                .contains("\"heldBytes\" : 65536")
                .contains("\"key\" : \"memory.process\"")
                .contains("\"used\" : 1300000")
                .contains("\"most\" : 12500");
    }

    @Test
    void withoutATunnelTheLimitsOfTheProcessAreShown() {
        bench.services.limits.add(LimitView.count("tunnel.streams", 7, null));

        bench.run("tunnel:show");
        assertThat(bench.out()).startsWith("Limit").contains("tunnel.streams").doesNotContain("Client");
        bench.run("tunnel:show -o json");
        assertThat(bench.out())
                .contains("\"tunnel\" : null")
                .contains("\"most\" : 7")
                .contains("\"used\" : null");
    }

    @Test
    void aTunnelThatIsNotThereIsSaid() {
        assertThatThrownBy(() -> bench.run("tunnel:show qsn47KM8iTa_3R9"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("there is no tunnel of client qsn47KM8iTa_3R9; tunnel:list shows");
    }

    @Test
    void idsOfTunnelsAreCompleted() {
        bench.services.tunnels.add(() -> List.of(tunnel("attached"), tunnel("draining")));
        bench.services.tunnels.add(() -> {
            throw Refusal.unavailable("it is starting");
        });

        assertThat(Completion.TUNNELS.candidates(bench.services, List.of())).containsExactly(FakeServer.CLIENT);
    }

    private static TunnelView tunnel(String state, LimitView... limits) {
        return new TunnelView(
                FakeServer.CLIENT,
                FakeServer.GATEWAY,
                "203.0.113.1:9000",
                "TLSv1.3 TLS_AES_128_GCM_SHA256",
                "epoll, BoringSSL",
                Instant.parse("2026-01-02T03:04:05Z"),
                1.5,
                2,
                10,
                20,
                state,
                FakeServer.KEY,
                65536,
                List.of("window"),
                List.of(limits));
    }

    @Test
    void attachReadsTheTokenFromAFileOfTheCallers() throws IOException {
        Attachments attachments = new Attachments();
        bench.services.attachments = attachments;
        Files.writeString(directory.resolve("t"), FakeServer.TOKEN);

        bench.run("tunnel:attach --token-file t --tunnels 2");

        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_3R2\nqsn47KM8iTa_3R3\n");
        assertThat(attachments.asked).containsExactly("attach " + FakeServer.TOKEN + " 2 null");
        bench.run("tunnel:detach " + FakeServer.CLIENT);
        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_3R2 detached\n");
        bench.run("tunnel:detach AAAAAAAAAAA_local");
        assertThat(bench.out()).isEqualTo("2 of AAAAAAAAAAA_local detached\n");
    }

    @Test
    void whatIsNotAttachedInTimeIsAWarningThatSaysWhatGoesOn() {
        Attachments attachments = new Attachments();
        bench.services.attachments = attachments;
        bench.environmentToken = FakeServer.TOKEN;
        attachments.late = new Outcome<>(List.of(new ClientId(FakeServer.CLIENT)), List.of("not attached to G yet"));

        bench.run("tunnel:attach --tunnels 3");

        assertThat(bench.out()).isEqualTo(FakeServer.CLIENT + "\n");
        assertThat(bench.err()).isEqualTo("warning: not attached to G yet\n");
    }

    @Test
    void attachReadsTheTokenFromStandardInput() {
        Attachments attachments = new Attachments();
        bench.services.attachments = attachments;
        assertThatThrownBy(() -> bench.run("tunnel:attach --token-file -"))
                .hasMessage("--token-file -: no token was given; expected it as a line of standard input");

        bench.input = "\n " + FakeServer.TOKEN + " \nwhat the next command reads\n";
        bench.run("tunnel:attach --token-file -");

        assertThat(attachments.asked).containsExactly("attach " + FakeServer.TOKEN + " 1 null");
    }

    @Test
    void attachReadsTheTokenFromTheEnvironmentWhereNoFileIsNamed() throws IOException {
        Attachments attachments = new Attachments();
        bench.services.attachments = attachments;
        Files.writeString(directory.resolve("t"), "another");
        bench.environmentToken = FakeServer.TOKEN;

        bench.run("tunnel:attach --tunnels 2");
        bench.run("tunnel:attach --token-file t");

        assertThat(attachments.asked)
                .containsExactly("attach " + FakeServer.TOKEN + " 2 null", "attach another 1 null");
    }

    @Test
    void attachWithoutAnyTokenSaysWhereItIsExpected() {
        bench.services.attachments = new Attachments();

        assertThatThrownBy(() -> bench.run("tunnel:attach --tunnels 2"))
                .hasMessageStartingWith("--token-file FILE is missing, and there is no token in $SALLYPORT_TOKEN");
    }

    @Test
    void attachAsksAPersonForTheToken() {
        Attachments attachments = new Attachments();
        bench.services.attachments = attachments;
        bench.prompt = question -> FakeServer.TOKEN;
        bench.run("tunnel:attach --token-file -");

        assertThat(attachments.asked).containsExactly("attach " + FakeServer.TOKEN + " 1 null");
    }

    @Test
    void onAServerTheTunnelCommandsOfClientsNameTheFeature() {
        assertThatThrownBy(() -> bench.run("tunnel:detach " + FakeServer.CLIENT))
                .hasMessageContaining("sallyport-client (feature:install)");
        assertThatThrownBy(() -> bench.run("tunnel:attach --tunnels 2"))
                .hasMessageContaining("sallyport-client (feature:install)");
    }

    @Test
    void healthFailsWithTheNamesOfWhatIsBad() {
        assertThatThrownBy(() -> bench.run("sallyport:health")).hasMessage("not healthy: role");
        bench.services.checks.add(check("registry", HealthCheck.Health.good("2 gateways")));
        bench.run("sallyport:health");
        assertThat(bench.out()).isEqualTo("registry: ok 2 gateways\n");

        bench.services.checks.add(check("tunnel port", HealthCheck.Health.bad("in use;\nchoose another")));
        assertThatThrownBy(() -> bench.run("sallyport:health")).hasMessage("not healthy: tunnel port");
        assertThat(bench.out()).isEqualTo("registry: ok 2 gateways\ntunnel port: not ok in use; choose another\n");
    }

    @Test
    void aCheckThatBreaksIsABadCheck() {
        bench.services.checks.add(new HealthCheck() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public Health check() {
                throw new IllegalStateException("told to break");
            }
        });

        assertThatThrownBy(() -> bench.run("sallyport:health")).hasMessage("not healthy: broken");
        assertThat(bench.out()).startsWith("broken: not ok the check itself failed");
    }

    private static HealthCheck check(String name, HealthCheck.Health health) {
        return new HealthCheck() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Health check() {
                return health;
            }
        };
    }

    /** A client with one attachment that is up and one that is tried. */
    private static final class Attachments implements AttachmentService {
        final List<String> asked = new ArrayList<>();

        @Nullable
        Outcome<List<ClientId>> late;

        @Override
        public CompletionStage<Outcome<List<ClientId>>> attach(String token, int tunnels, @Nullable HostPort server) {
            asked.add("attach " + token + " " + tunnels + " " + server);
            return CompletableFuture.completedFuture(
                    late != null
                            ? late
                            : Outcome.of(List.of(new ClientId(FakeServer.CLIENT), new ClientId("qsn47KM8iTa_3R3"))));
        }

        @Override
        public CompletionStage<Outcome<Integer>> detachAll(GatewayId gateway) {
            return CompletableFuture.completedFuture(Outcome.of(2));
        }

        @Override
        public CompletionStage<Outcome<ClientId>> detach(ClientId client) {
            return CompletableFuture.completedFuture(Outcome.of(client));
        }

        @Override
        public List<Attachment> attachments() {
            return List.of(
                    new Attachment(FakeServer.CLIENT, FakeServer.GATEWAY, "203.0.113.1:9000", "attached", ""),
                    new Attachment(null, "AAAAAAAAAAA_local", "203.0.113.2:9000", "connecting", "nobody answers"));
        }
    }
}
