// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.testkit.process.Instance.Made;
import org.sallyport.testkit.process.Ports;

/** dig and iperf3, which use one port number for datagrams and connections: a {@code udp} and a {@code tcp} destination. */
@Timeout(120)
@ExtendWith(Site.Shared.class)
final class DatagramsIT {
    private static final Pattern RECEIVED = Pattern.compile("(\\d+)/(\\d+) \\([^)]*\\) +receiver");
    private static final String LONG_TEXT = "a long text ".repeat(20);

    @TempDir
    static Path work;

    /** {@return the one port number of both destinations} */
    private static int both(Site site, Way way, int resource) {
        Made tcp = site.destination(way, "tcp", resource);
        String port = (way == Way.CLOUD ? "--client-port " : "--listen-port ") + tcp.port();
        assertThat(site.destination(way, "udp", resource, port).port()).isEqualTo(tcp.port());
        return tcp.port();
    }

    private static Daemon dnsmasq() {
        int port = Ports.one();
        List<String> command = Tool.DNSMASQ.with(
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--pid-file=",
                "--user=" + Account.name(),
                "--no-resolv",
                "--no-hosts",
                "--bind-interfaces",
                "--listen-address=127.0.0.1",
                "--edns-packet-max=4096",
                "--port=" + port,
                "--address=/host.example/10.1.2.3");
        for (int i = 0; i < 8; i++) {
            command.add("--txt-record=long.example," + i + " " + LONG_TEXT);
        }
        return Daemon.start("dnsmasq", port, new ProcessBuilder(Account.run(command)).directory(work.toFile()));
    }

    private static String dig(int port, String... words) {
        List<String> all = new ArrayList<>(List.of("@127.0.0.1", "-p", Integer.toString(port), "+tries=2", "+time=5"));
        all.addAll(List.of(words));
        return Tool.DIG.run(work, all.toArray(String[]::new)).succeeded().out();
    }

    @ParameterizedTest
    @EnumSource
    void namesAreAnsweredInDatagramsAndConnections(Way way, Site site) {
        try (Daemon dnsmasq = dnsmasq()) {
            int port = both(site, way, dnsmasq.port());

            assertThat(dig(port, "+short", "host.example")).isEqualTo("10.1.2.3");
            assertThat(dig(port, "+short", "+tcp", "host.example")).isEqualTo("10.1.2.3");
            assertThat(dig(port, "+bufsize=4096", "+ignore", "long.example", "TXT"))
                    .contains("ANSWER: 8,")
                    .contains("(UDP)");
            assertThat(dig(port, "+noedns", "long.example", "TXT"))
                    .contains("Truncated, retrying in TCP mode.")
                    .contains("ANSWER: 8,")
                    .contains("(TCP)");
        }
    }

    private static Daemon iperf() {
        int port = Ports.one();
        return Daemon.start(
                "iperf3",
                port,
                new ProcessBuilder(Tool.IPERF.with("-s", "-B", "127.0.0.1", "-p", Integer.toString(port)))
                        .directory(work.toFile()));
    }

    /** Sends 10 Mbit/s for two seconds and looks at what the other end received. */
    private static void assertReceived(int port, String... words) {
        List<String> all = new ArrayList<>(List.of("-c", "127.0.0.1", "-p", Integer.toString(port)));
        all.addAll(List.of("-u", "-b", "10M", "-l", "1200", "-t", "2"));
        all.addAll(List.of(words));
        String said =
                Tool.IPERF.run(work, all.toArray(String[]::new)).succeeded().out();
        Matcher received = RECEIVED.matcher(said);
        assertThat(received.find())
                .as("iperf3 tells what was received: %s", said)
                .isTrue();
        int lost = Integer.parseInt(received.group(1));
        int sent = Integer.parseInt(received.group(2));
        assertThat(sent).as(said).isGreaterThan(1000);
        // a machine that is busy may lose some; most arrive
        assertThat(lost).as(said).isLessThan(sent / 10);
    }

    @ParameterizedTest
    @EnumSource
    void datagramsAreMeasuredThereAndBack(Way way, Site site) {
        try (Daemon iperf = iperf()) {
            int port = both(site, way, iperf.port());

            assertReceived(port);
            assertReceived(port, "-R");
        }
    }
}
