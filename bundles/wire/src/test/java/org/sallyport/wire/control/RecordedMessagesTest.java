// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sallyport.wire.TunnelProtocol;

/**
 * Bytes that a version has sent. What is recorded is never changed: a later version must read it and understand the same. A
 * released version adds a file of its own.
 */
class RecordedMessagesTest {
    private static final String FILE = "/org/sallyport/wire/messages-0.1.txt";

    private static final List<AclEntry> RULES =
            List.of(new AclEntry(true, "db.lan", 5432, ""), new AclEntry(false, "10.0.0.0/8", 0, "/a"));

    private static final Config CONFIG = new Config(
            42,
            "qsn47KM8iTa_local",
            "plant",
            true,
            false,
            List.of(new DestinationConfig(
                    "qsn47KM8iTa_aB3xY",
                    "db",
                    DestinationConfig.ON_PREMISES,
                    "tcp",
                    "db.lan",
                    5432,
                    15_000,
                    false,
                    5000,
                    60_000,
                    100,
                    List.of("x"),
                    Map.of("k", "v"))),
            RULES);

    private static Map<String, ControlMessage> messages() {
        Map<String, ControlMessage> messages = new LinkedHashMap<>();
        messages.put(
                "attach",
                Attach.withToken("aaa.bbb.ccc", "edge-1", "0.1.0")
                        .replacing("qsn47KM8iTa_x1Y")
                        .describing(List.of("window"), Map.of("site", "north"))
                        .wishing(RULES, List.of()));
        messages.put(
                "attach-open",
                Attach.withDescriptor("aaa.bbb.", "edge-1", "0.1.0").continuing("qsn47KM8iTa_x1Y"));
        messages.put(
                "attached",
                new Attached(
                        "qsn47KM8iTa_x1Y",
                        new Limits(1000, 16_384),
                        List.of("gw.example:9000"),
                        "ab".repeat(32),
                        "0.1.0",
                        List.of("window"),
                        CONFIG));
        messages.put("refused", Refused.of(RefusalCode.TOKEN_EXPIRED, "make a new token", Refused.NEVER));
        messages.put("config", CONFIG);
        messages.put("applied", new Applied(42, List.of(new Applied.Failure("qsn47KM8iTa_aB3xY", "no tcp here"))));
        messages.put(
                "listeners",
                new Listeners(List.of(new Listeners.Port("qsn47KM8iTa_aB3xY", "listening", "127.0.0.1", 12_000, ""))));
        messages.put("acl", new AclChange(1, AclChange.Operation.ADD, RULES));
        messages.put("acl-result", new AclResult(1, true, ""));
        messages.put("csr", new Csr(2, "qsn47KM8iTa_aB3xY", "ingress", "PEM"));
        messages.put("sign", new Sign(2, "PEM", ""));
        messages.put("log", new LogLine(1_767_225_600_000L, "warn", "disk full"));
        messages.put("drain", new Drain(5000));
        messages.put("detach", new Detach("stopped"));
        messages.put("renew", new Renew("certificate", 60_000));
        messages.put("terminate", new Terminate("terminated", "by the operator", true));
        messages.put("probe", new Probe(3, "qsn47KM8iTa_aB3xY"));
        messages.put("probe-result", new ProbeResult(3, 6, "connection refused", 812));
        messages.put(
                "certificates",
                new Certificates(
                        "qsn47KM8iTa_aB3xY",
                        "ingress",
                        "0123456789abcdef",
                        "KEY",
                        "CHAIN",
                        "ANCHORS",
                        "ISSUER",
                        List.of("c0ffee"),
                        List.of("localhost", "127.0.0.1")));
        messages.put(
                "certificates-few",
                new Certificates("qsn47KM8iTa_aB3xY", "egress", "01", null, "", "", "", List.of(), List.of()));
        messages.put(
                "applied-remarks",
                new Applied(
                        43, List.of(), List.of(new Applied.Remark("qsn47KM8iTa_aB3xY", "its certificate expires"))));
        messages.put(
                "probe-result-steps",
                new ProbeResult(
                        4,
                        6,
                        "connection refused",
                        812,
                        List.of(
                                new ProbeResult.Step("acl", true, "db.lan:5432 may be dialled"),
                                new ProbeResult.Step("name", true, ""),
                                new ProbeResult.Step("connect", false, "connection refused"))));
        return messages;
    }

    @Test
    void whatWasSentIsReadAndSentAgainTheSame() throws Exception {
        Map<String, String> recorded = recorded();
        assertThat(recorded.keySet()).containsExactlyElementsOf(messages().keySet());
        for (Map.Entry<String, ControlMessage> each : messages().entrySet()) {
            byte[] bytes = HexFormat.of().parseHex(recorded.get(each.getKey()));
            try (ControlDecoder decoder = new ControlDecoder(TunnelProtocol.MAX_SERVER_MESSAGE)) {
                assertThat(decoder.next(Unpooled.wrappedBuffer(bytes)))
                        .as(each.getKey())
                        .isEqualTo(each.getValue());
            }
            assertThat(hex(each.getValue())).as(each.getKey()).isEqualTo(recorded.get(each.getKey()));
        }
    }

    private static Map<String, String> recorded() throws IOException {
        try (InputStream file = RecordedMessagesTest.class.getResourceAsStream(FILE)) {
            Map<String, String> recorded = new LinkedHashMap<>();
            new String(file.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line ->
                            recorded.put(line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 1)));
            return recorded;
        }
    }

    /** Also what records the messages of a version: its output goes into the file. */
    static String hex(ControlMessage message) throws ControlViolation {
        ByteBuf out = Unpooled.buffer();
        new ControlEncoder(TunnelProtocol.MAX_SERVER_MESSAGE).write(message, out);
        return ByteBufUtil.hexDump(out);
    }

    /** Prints the lines of a file for this version. */
    public static void main(String[] arguments) throws ControlViolation {
        for (Map.Entry<String, ControlMessage> each : messages().entrySet()) {
            System.out.println(each.getKey() + " " + hex(each.getValue()));
        }
    }
}
