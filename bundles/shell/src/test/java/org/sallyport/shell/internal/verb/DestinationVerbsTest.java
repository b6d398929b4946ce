// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.Bandwidth;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.ProxyAddress;
import org.sallyport.api.ProxyProtocol;
import org.sallyport.api.SourceHeaders;
import org.sallyport.api.service.DestinationView;
import org.sallyport.shell.internal.FakeServer;

@Timeout(20)
final class DestinationVerbsTest {
    private final Bench bench = new Bench();

    @Test
    void createPrintsIdAndReservedPortAlsoWhileItWaits() {
        bench.run("destination:create " + FakeServer.GATEWAY + " Database --resource db.example:5432");

        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_9xQ2b 127.0.0.1:15000\n");
        assertThat(bench.server.asked)
                .containsExactly("create Draft[gateway=qsn47KM8iTa_local, name=Database, direction=on-premises,"
                        + " protocol=tcp, resource=db.example:5432, listenPort=null,"
                        + " options=DestinationOptions[connectTimeout=PT10S, idleTimeout=PT0S, maxConnections=0, alpn=[],"
                        + " sources=SourceAccess[restricted=false, rules=[]],"
                        + " resourceTls=ResourceTls[security=none, serverName=, verify=true],"
                        + " sourceHeaders=SourceHeaders[sent=none, expected=false], bandwidth=Bandwidth[in=0, out=0],"
                        + " resourceProxy=null]]");
    }

    @Test
    void createHandsOnEveryOption() {
        bench.run("destination:create " + FakeServer.GATEWAY + " Database --resource=[2001:db8::1]:5432 --protocol tls"
                + " --listen-port 16000 --connect-timeout 3 --idle-timeout 60 --max-connections 5 --alpn h2,http/1.1"
                + " --restricted yes --resource-tls mutual --resource-name db.example --verify-resource no"
                + " --proxy-protocol v2 --accept-proxy-protocol yes --bandwidth-in 512k --bandwidth-out 1M"
                + " --resource-proxy socks5://proxy.example:1080");

        assertThat(bench.server.asked)
                .containsExactly("create Draft[gateway=qsn47KM8iTa_local, name=Database, direction=on-premises,"
                        + " protocol=tls, resource=[2001:db8::1]:5432, listenPort=16000,"
                        + " options=DestinationOptions[connectTimeout=PT3S, idleTimeout=PT1M, maxConnections=5,"
                        + " alpn=[h2, http/1.1], sources=SourceAccess[restricted=true, rules=[]],"
                        + " resourceTls=ResourceTls[security=mutual, serverName=db.example, verify=false],"
                        + " sourceHeaders=SourceHeaders[sent=v2, expected=true],"
                        + " bandwidth=Bandwidth[in=524288, out=1048576],"
                        + " resourceProxy=socks5://proxy.example:1080]]");
    }

    @Test
    void aCloudDestinationListensAtItsClients() {
        bench.run("destination:create " + FakeServer.GATEWAY + " Mail --cloud --client-port 12000 --resource mail:25");

        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_Cloud 127.0.0.1:12000\n");
        assertThat(bench.server.asked).hasSize(1);
        assertThat(bench.server.asked.get(0)).contains("direction=cloud").contains("listenPort=12000");
    }

    @Test
    void portsOfTheWrongEndAreRefused() {
        String create = "destination:create " + FakeServer.GATEWAY + " Mail --resource mail:25 ";

        assertThatThrownBy(() -> bench.run(create + "--cloud --listen-port 12000"))
                .hasMessage("--listen-port with --cloud: expected --client-port");
        assertThatThrownBy(() -> bench.run(create + "--client-port 12000"))
                .hasMessage("--client-port without --cloud: expected --listen-port");
        assertThatThrownBy(() -> bench.run(create + "--cloud"))
                .hasMessageStartingWith("--client-port N is missing: expected destination:create GATEWAY NAME");
        assertThatThrownBy(() -> bench.run(create + "--listen-port 70000"))
                .hasMessage("--listen-port: port '70000': expected a number from 1 to 65535");
        assertThat(bench.server.asked).isEmpty();
    }

    @Test
    void aMissingOrWrongResourceIsRefused() {
        assertThatThrownBy(() -> bench.run("destination:create " + FakeServer.GATEWAY + " Mail"))
                .hasMessageStartingWith("--resource HOST:PORT is missing");
        assertThatThrownBy(() -> bench.run("destination:create " + FakeServer.GATEWAY + " Mail --resource mail"))
                .hasMessageStartingWith("--resource: 'mail': expected HOST:PORT");
    }

    @Test
    void listShowsATableThatIsNotCut() {
        bench.run("destination:list " + FakeServer.GATEWAY);

        assertThat(bench.server.asked).containsExactly("list qsn47KM8iTa_local");
        assertThat(bench.out())
                .isEqualTo(
                        """
                        ID                | Name     | Direction   | Protocol | Listen          | Resource          | State     | Open | Cause
                        ------------------+----------+-------------+----------+-----------------+-------------------+-----------+------+----------------------
                        qsn47KM8iTa_9xQ2b | Database | on-premises | tcp      | 127.0.0.1:15000 | db.example:5432   | listening | 1    |
                        qsn47KM8iTa_Cloud | Mail     | cloud       | tcp      | 127.0.0.1:12000 | [2001:db8::25]:25 | waiting   | 0    | no client is attached
                        """);
    }

    @Test
    void optionsAreInJsonWhereOneIsNotAtItsDefault() {
        DestinationView.Options tuned =
                DestinationView.Options.of(DestinationOptions.DEFAULTS.withIdleTimeout(Duration.ofSeconds(60)));

        assertThat(Json.text(FakeServer.onPremises("listening", "", tuned)))
                .contains("\"options\" : {")
                .contains("\"idleTimeout\" : 60")
                .contains("\"connectTimeout\" : 10");
    }

    @Test
    void droppedDatagramsAreShownWhereDatagramsAreCarried() {
        assertThat(Json.text(FakeServer.datagrams(7))).contains("\"dropped\" : 7");
        assertThat(DestinationText.show(FakeServer.datagrams(7))).containsPattern("Datagrams +7 dropped\n");
        assertThat(Json.text(FakeServer.onPremises("listening", ""))).doesNotContain("dropped");
        assertThat(DestinationText.show(FakeServer.onPremises("listening", ""))).doesNotContain("Datagrams");
    }

    @Test
    void whatMostDestinationsHaveNotIsShownWhereOneHasIt() {
        DestinationView.Options tuned = DestinationView.Options.of(DestinationOptions.DEFAULTS
                .withSourceHeaders(new SourceHeaders(ProxyProtocol.V1, true))
                .withBandwidth(new Bandwidth(1 << 20, 0))
                .withResourceProxy(ProxyAddress.parse("socks4a://proxy.example:1080")));
        DestinationView view = FakeServer.onPremises("listening", "", tuned);

        assertThat(DestinationText.show(view))
                .contains("PROXY protocol  expected of applications, v1 to the resource\n")
                .contains("Bandwidth       1m a second in, not bounded out\n")
                .contains("Resource proxy  socks4a://proxy.example:1080\n");
        assertThat(Json.text(view))
                .contains("\"proxyProtocol\" : \"v1\"")
                .contains("\"acceptProxyProtocol\" : true")
                .contains("\"bandwidthIn\" : 1048576")
                .contains("\"bandwidthOut\" : 0")
                .contains("\"resourceProxy\" : \"socks4a://proxy.example:1080\"");
    }

    @Test
    void showAsJsonHasTheContractsFields() {
        bench.run("destination:show " + FakeServer.ON_PREMISES + " -o json");

        assertThat(bench.out())
                .isEqualTo(
                        """
                        {
                          "id" : "qsn47KM8iTa_9xQ2b",
                          "gateway" : "qsn47KM8iTa_local",
                          "name" : "Database",
                          "direction" : "on-premises",
                          "protocol" : "tcp",
                          "resource" : {
                            "host" : "db.example",
                            "port" : 5432
                          },
                          "listen" : {
                            "address" : "127.0.0.1",
                            "port" : 15000
                          },
                          "enabled" : true,
                          "state" : "listening",
                          "cause" : "",
                          "connections" : {
                            "open" : 1,
                            "total" : 20,
                            "refused" : 3
                          },
                          "bytes" : {
                            "in" : 4096,
                            "out" : 8192
                          }
                        }
                        """);
    }

    @Test
    void showTellsAllInWords() {
        bench.run("destination:show " + FakeServer.ON_PREMISES + " --wait listening");

        assertThat(bench.server.asked)
                .containsExactly("show qsn47KM8iTa_9xQ2b", "await qsn47KM8iTa_9xQ2b listening PT30S");
        assertThat(bench.out())
                .isEqualTo(
                        """
                        ID            qsn47KM8iTa_9xQ2b
                        Gateway       qsn47KM8iTa_local
                        Name          Database
                        Direction     on-premises
                        Protocol      tcp
                        Listen        127.0.0.1:15000
                        Resource      db.example:5432
                        Enabled       yes
                        State         listening
                        Cause
                        Sources       not restricted
                        Resource TLS  none
                        ALPN
                        Timeouts      10 s to connect, never idle too long
                        Connections   1 open, 20 in all, 3 refused
                        Bytes         4096 from applications, 8192 to them
                        """);
    }

    @Test
    void updateChangesWhatIsGivenAndLeavesTheRest() {
        bench.run("destination:update " + FakeServer.ON_PREMISES + " --idle-timeout 5 --name Orders");

        assertThat(bench.server.asked)
                .containsExactly("update qsn47KM8iTa_9xQ2b Orders null null null"
                        + " DestinationOptions[connectTimeout=PT10S, idleTimeout=PT5S, maxConnections=0, alpn=[],"
                        + " sources=SourceAccess[restricted=false, rules=[]],"
                        + " resourceTls=ResourceTls[security=none, serverName=, verify=true],"
                        + " sourceHeaders=SourceHeaders[sent=none, expected=false], bandwidth=Bandwidth[in=0, out=0],"
                        + " resourceProxy=null]");
        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_9xQ2b listening\n");
    }

    @Test
    void optionsThatMakeNoSenseAreRefusedBeforeAnythingIsAsked() {
        String update = "destination:update " + FakeServer.ON_PREMISES + " ";

        assertThatThrownBy(() -> bench.run(update + "--resource-tls maybe"))
                .hasMessage("--resource-tls 'maybe': expected none, tls or mutual");
        assertThatThrownBy(() -> bench.run(update + "--restricted 1"))
                .hasMessage("--restricted '1': expected yes or no");
        assertThatThrownBy(() -> bench.run(update + "--proxy-protocol v3"))
                .hasMessage("--proxy-protocol 'v3': expected none, v1 or v2");
        assertThatThrownBy(() -> bench.run(update + "--accept-proxy-protocol true"))
                .hasMessage("--accept-proxy-protocol 'true': expected yes or no");
        assertThatThrownBy(() -> bench.run(update + "--bandwidth-in 10mb"))
                .hasMessage("--bandwidth-in '10mb': expected a size in bytes, as in 4096, 512k, 32m or 1g");
        assertThatThrownBy(() -> bench.run(update + "--bandwidth-out 1k"))
                .hasMessage(
                        "--bandwidth-out: bandwidth out of 1024 bytes a second: expected 0 (none), or 16k to 1024g");
        assertThatThrownBy(() -> bench.run(update + "--resource-proxy proxy:1080"))
                .hasMessageContaining("expected socks4://HOST:PORT, socks4a://HOST:PORT or socks5://HOST:PORT");
        assertThatThrownBy(() -> bench.run(update + "--resource-proxy http://proxy:3128"))
                .hasMessageContaining("expected socks4, socks4a or socks5 in place of http");
        assertThatThrownBy(() -> bench.run(update + "--resource-proxy socks5://me:secret@proxy:1080"))
                .hasMessageStartingWith("--resource-proxy: credentials are given")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> bench.run(update + "--resource-name db.example"))
                .hasMessageContaining("without TLS to the resource");
    }

    @Test
    void rulesAreAddedReplacedByOwnerAndRemoved() {
        bench.run("destination:rule " + FakeServer.ON_PREMISES + " add 10.0.0.0/8 --source-port 1024-2048 --owner app");

        assertThat(bench.server.asked).hasSize(1);
        assertThat(bench.server.asked.get(0)).contains("rules=[10.0.0.0/8 1024-2048 app]");
        assertThatThrownBy(() -> bench.run("destination:rule " + FakeServer.ON_PREMISES + " remove 10.0.0.0/8"))
                .hasMessageContaining("has no rule '10.0.0.0/8'");
        assertThatThrownBy(() -> bench.run("destination:rule " + FakeServer.ON_PREMISES + " add db.example"))
                .hasMessageContaining("expected an address, a block");
        assertThatThrownBy(() -> bench.run("destination:rule " + FakeServer.ON_PREMISES + " add"))
                .hasMessageStartingWith("ADDRESSES is missing");
        assertThatThrownBy(() -> bench.run("destination:rule " + FakeServer.ON_PREMISES + " clear any"))
                .hasMessageStartingWith("clear takes no rule");
        assertThatThrownBy(() -> bench.run("destination:rule " + FakeServer.ON_PREMISES + " allow any"))
                .hasMessageStartingWith("action 'allow' is none of add");
        bench.run("destination:rule " + FakeServer.ON_PREMISES + " list");
        assertThat(bench.out()).isEqualTo(FakeServer.ON_PREMISES + " not restricted\n");
    }

    @Test
    void anUpdateOfNothingIsRefused() {
        assertThatThrownBy(() -> bench.run("destination:update " + FakeServer.ON_PREMISES + " -o json"))
                .hasMessageStartingWith("nothing to change");
        assertThatThrownBy(() ->
                        bench.run("destination:update " + FakeServer.ON_PREMISES + " --listen-port 1 --client-port 1"))
                .hasMessageStartingWith("a destination has one port");
    }

    @Test
    void enableDisableAndDeleteTellTheState() {
        bench.run("destination:enable " + FakeServer.ON_PREMISES);
        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_9xQ2b listening\n");

        bench.run("destination:disable " + FakeServer.ON_PREMISES);
        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_9xQ2b disabled\n");

        bench.run("destination:delete " + FakeServer.ON_PREMISES);
        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_9xQ2b deleted\n");
    }

    @Test
    void aTestShowsEveryLegAndFailsWithTheBadOne() {
        bench.run("destination:test " + FakeServer.ON_PREMISES);
        assertThat(bench.out()).isEqualTo("tunnel: ok   12 ms\nresource: ok\n");

        assertThatThrownBy(() -> bench.run("destination:test " + FakeServer.CLOUD))
                .isInstanceOf(Failed.class)
                .hasMessage("qsn47KM8iTa_Cloud: resource is not ok: refused");
        assertThat(bench.out()).isEqualTo("tunnel: ok\nresource: not ok refused\n");
    }
}
