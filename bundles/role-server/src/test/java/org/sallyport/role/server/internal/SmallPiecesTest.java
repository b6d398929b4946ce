// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sallyport.api.Acl;
import org.sallyport.api.AclRule;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.api.service.ClientHistory;
import org.sallyport.api.service.Refusal;
import org.sallyport.spi.Protocol;

final class SmallPiecesTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00.5Z");
    private static final ClientId CLIENT = new ClientId("qsn47KM8iTa_00A");
    private static final String KEY = "a".repeat(64);

    private static AclRule rule(String text) {
        String[] words = text.split(" ", 2);
        return AclRule.parse(AclRule.Action.valueOf(words[0]), words[1]);
    }

    @Test
    void a_port_on_all_addresses_is_reached_by_name_and_on_loopback() {
        assertThat(TunnelAddresses.of(List.of(), HostPort.parse("0.0.0.0:9000"), "gate.example"))
                .containsExactly(HostPort.parse("gate.example:9000"), HostPort.parse("127.0.0.1:9000"));
        assertThat(TunnelAddresses.of(List.of(), HostPort.parse("0.0.0.0:9000"), null))
                .containsExactly(HostPort.parse("127.0.0.1:9000"));
    }

    @Test
    void a_port_on_one_address_is_reached_there_only() {
        assertThat(TunnelAddresses.of(List.of(), HostPort.parse("127.0.0.1:9000"), "gate.example"))
                .containsExactly(HostPort.parse("127.0.0.1:9000"));
    }

    @Test
    void what_the_operator_advertises_is_all_that_is_told() {
        assertThat(TunnelAddresses.of(
                        List.of(HostPort.parse("gw.example:443")), HostPort.parse("0.0.0.0:9000"), "inside"))
                .containsExactly(HostPort.parse("gw.example:443"));
    }

    @Test
    void tokens_last_for_whole_days_from_whole_seconds() {
        assertThat(TokenTerms.of(1, 365, NOW).expires()).isEqualTo("2027-06-01T12:00:00Z");
        assertThat(TokenTerms.of(1, 0, NOW).expires()).isNull();
        for (int days : new int[] {-1, 366}) {
            assertThatThrownBy(() -> TokenTerms.of(1, days, NOW))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("expected 1 to 365");
        }
    }

    @Test
    void history_keeps_the_last_hundred_and_shows_the_latest_first() {
        AttachHistory history = new AttachHistory();
        for (int i = 0; i < 150; i++) {
            history.refused(KEY, "laptop", "192.0.2." + i, NOW, "refused: token-expired");
        }
        history.attached(CLIENT, KEY, "laptop", "192.0.2.7", NOW);
        List<ClientHistory> list = history.latestFirst();
        assertThat(list).hasSize(100);
        assertThat(list.get(0).client()).isEqualTo(CLIENT.value());
        assertThat(list.get(0).until()).isNull();

        history.ended(CLIENT, NOW.plusSeconds(5), "the tunnel was lost");

        assertThat(history.latestFirst().get(0).end()).isEqualTo("the tunnel was lost");
        assertThat(history.keyOf(CLIENT)).isEqualTo(KEY);
    }

    @Test
    void a_client_that_is_refused_every_second_takes_one_line_of_history() {
        AttachHistory history = new AttachHistory();
        history.attached(CLIENT, KEY, "laptop", "192.0.2.7", NOW);
        for (int i = 0; i < 1000; i++) {
            history.refused(KEY, "laptop", "192.0.2.7", NOW.plusSeconds(i), "refused: token-expired");
        }
        assertThat(history.latestFirst()).hasSize(2);
        assertThat(history.latestFirst().get(0).since()).isEqualTo(NOW);
        assertThat(history.latestFirst().get(0).until()).isEqualTo(NOW.plusSeconds(999));
    }

    @Test
    void one_source_cannot_flood_the_log_and_others_are_heard() {
        LineBudget budget = new LineBudget(5);
        int written = 0;
        for (int i = 0; i < 1000; i++) {
            written += budget.spend("192.0.2.7", i) == LineBudget.SILENT ? 0 : 1;
        }
        assertThat(written).isEqualTo(5);
        assertThat(budget.spend("192.0.2.8", 1000)).isZero();
        assertThat(budget.spend("192.0.2.7", Duration.ofMinutes(2).toNanos())).isEqualTo(995);
    }

    @Test
    void the_log_budget_of_many_sources_stays_small() {
        LineBudget budget = new LineBudget(5);
        for (int i = 0; i < 100_000; i++) {
            assertThat(budget.spend("source " + i, i)).isZero();
        }
    }

    @Test
    void an_attaching_client_adds_rules_and_overrules_none() {
        Acl acl = new Acl(List.of(rule("DENY db:5432")));
        assertThat(AclEdits.putMissing(acl, List.of(rule("ALLOW db:5432"), rule("ALLOW wiki:80")))
                        .rules())
                .containsExactly(rule("DENY db:5432"), rule("ALLOW wiki:80"));
    }

    @Test
    void an_edit_replaces_the_rule_with_its_target() {
        Acl acl = AclEdits.put(new Acl(List.of(rule("DENY db:5432"))), List.of(rule("ALLOW db:5432")));
        assertThat(acl.rules()).containsExactly(rule("ALLOW db:5432"));
        assertThat(AclEdits.replace(List.of(rule("ALLOW a:1"), rule("DENY a:1")))
                        .rules())
                .containsExactly(rule("DENY a:1"));
        assertThat(AclEdits.remove(acl, List.of("db:5432"))).isEqualTo(Acl.EMPTY);
        assertThatThrownBy(() -> AclEdits.remove(acl, List.of("wiki:80")))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("no rule for wiki:80");
    }

    @Test
    void a_protocol_that_is_missing_is_warned_of_and_one_that_nobody_knows_with_names() {
        ProtocolNames names = new ProtocolNames();
        Map<String, Object> tcp = Map.of("service.id", 7L, Protocol.NAME, "tcp");
        names.addProtocol(tcp);
        assertThat(names.warning("tcp")).isNull();
        assertThat(names.warning("http")).contains("waits until it is").doesNotContain("own protocols");
        assertThat(names.warning("htpp")).contains("tcp, tls, tls-mutual, http");
        names.removeProtocol(tcp);
        assertThat(names.warning("tcp")).isNotNull();
    }

    @Test
    void a_clients_words_are_bounded_and_cannot_forge_lines() {
        assertThat(ForeignText.sentence("a\nforged line")).doesNotContain("\n");
        assertThat(ForeignText.sentence("x".repeat(10_000))).hasSize(481);
    }
}
