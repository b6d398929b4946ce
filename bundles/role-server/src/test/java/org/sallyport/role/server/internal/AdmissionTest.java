// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.sallyport.api.Acl;
import org.sallyport.api.AclEdit;
import org.sallyport.api.ClientKey;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.TokenState;
import org.sallyport.api.pki.TokenClaims;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.wire.control.RefusalCode;

final class AdmissionTest {
    private static final GatewayId ID = new GatewayId("qsn47KM8iTa_local");
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Instant LATER = NOW.plusSeconds(60);
    private static final String KEY = "a".repeat(64);

    private static Gateway gateway(boolean enabled, boolean tokenRequired, boolean admitNewKeys, int maxClients) {
        return new Gateway(
                ID,
                "office",
                enabled,
                tokenRequired,
                admitNewKeys,
                new TokenState(3, NOW.minusSeconds(60), LATER),
                Acl.EMPTY,
                AclEdit.BOTH,
                Gateway.DEFAULT_BALANCER,
                maxClients,
                NOW);
    }

    private static Gateway plain() {
        return gateway(true, true, true, 2);
    }

    private static RegistrySnapshot snapshot(Gateway gateway, Set<String> blocked, String... keys) {
        Map<RegistrySnapshot.KeyOfGateway, ClientKey> known = new HashMap<>();
        for (String key : keys) {
            known.put(new RegistrySnapshot.KeyOfGateway(ID, key), new ClientKey(key, ID, "laptop", "192.0.2.7", NOW));
        }
        return new RegistrySnapshot(9, new TreeMap<>(Map.of(gateway.id(), gateway)), new TreeMap<>(), known, blocked);
    }

    private static TokenClaims token(int serial, Instant expires) {
        return new TokenClaims(ID, serial, NOW, expires, List.of(), "x.sallyport", "p", true);
    }

    private static TokenClaims descriptor() {
        return new TokenClaims(ID, 3, NOW, null, List.of(), "x.sallyport", "p", false);
    }

    private static Admission.Decision decide(TokenClaims claims, RegistrySnapshot snapshot, int others) {
        return Admission.decide(new Admission.Attempt(claims, KEY, others), snapshot, NOW);
    }

    private static Admission.Refused refused(Admission.Decision decision) {
        assertThat(decision).isInstanceOf(Admission.Refused.class);
        return (Admission.Refused) decision;
    }

    @Test
    void the_current_token_admits_a_new_key_and_says_that_it_is_new() {
        assertThat(decide(token(3, LATER), snapshot(plain(), Set.of()), 0))
                .isEqualTo(new Admission.Admitted(plain(), true));
    }

    @Test
    void a_known_key_is_not_new() {
        assertThat(decide(token(3, LATER), snapshot(plain(), Set.of(), KEY), 1))
                .isEqualTo(new Admission.Admitted(plain(), false));
    }

    @Test
    void an_older_and_a_newer_serial_are_revoked() {
        for (int serial : new int[] {2, 4}) {
            Admission.Refused refused = refused(decide(token(serial, LATER), snapshot(plain(), Set.of()), 0));
            assertThat(refused.code()).isEqualTo(RefusalCode.TOKEN_REVOKED);
            assertThat(refused.retry()).isNull();
        }
    }

    @Test
    void a_token_is_over_at_the_very_second_that_it_names() {
        Admission.Decision atTheEnd =
                Admission.decide(new Admission.Attempt(token(3, LATER), KEY, 0), snapshot(plain(), Set.of()), LATER);
        assertThat(refused(atTheEnd).code()).isEqualTo(RefusalCode.TOKEN_EXPIRED);
    }

    @Test
    void a_token_cannot_outlive_what_the_server_keeps_of_it() {
        Admission.Decision late =
                Admission.decide(new Admission.Attempt(token(3, null), KEY, 0), snapshot(plain(), Set.of()), LATER);
        assertThat(refused(late).code()).isEqualTo(RefusalCode.TOKEN_EXPIRED);
    }

    @Test
    void a_blocked_key_stays_out_with_the_best_token() {
        Admission.Refused refused = refused(decide(token(3, LATER), snapshot(plain(), Set.of(KEY), KEY), 0));
        assertThat(refused.code()).isEqualTo(RefusalCode.KEY_BLOCKED);
        assertThat(refused.text()).contains(KEY);
    }

    @Test
    void a_gateway_that_admits_no_new_keys_still_admits_known_ones() {
        Gateway closed = gateway(true, true, false, 2);
        assertThat(refused(decide(token(3, LATER), snapshot(closed, Set.of()), 0))
                        .code())
                .isEqualTo(RefusalCode.KEY_NOT_ADMITTED);
        assertThat(decide(token(3, LATER), snapshot(closed, Set.of(), KEY), 0)).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void a_full_gateway_asks_to_come_back() {
        Admission.Refused refused = refused(decide(token(3, LATER), snapshot(plain(), Set.of(), KEY), 2));
        assertThat(refused.code()).isEqualTo(RefusalCode.TOO_MANY_CLIENTS);
        assertThat(refused.retry()).isNotNull();
    }

    @Test
    void a_disabled_gateway_asks_to_come_back() {
        Admission.Refused refused =
                refused(decide(token(3, LATER), snapshot(gateway(false, true, true, 2), Set.of()), 0));
        assertThat(refused.code()).isEqualTo(RefusalCode.GATEWAY_DISABLED);
        assertThat(refused.text()).contains("gateway:enable " + ID);
        assertThat(refused.retry()).isNotNull();
    }

    @Test
    void a_proved_token_of_a_gateway_that_is_gone_is_told_so() {
        assertThat(refused(decide(token(3, LATER), RegistrySnapshot.EMPTY, 0)).code())
                .isEqualTo(RefusalCode.UNKNOWN_GATEWAY);
    }

    @Test
    void a_descriptor_learns_nothing_about_which_gateways_there_are() {
        Admission.Refused unknown = refused(decide(descriptor(), RegistrySnapshot.EMPTY, 0));
        Admission.Refused closed = refused(decide(descriptor(), snapshot(plain(), Set.of()), 0));
        assertThat(unknown).isEqualTo(closed);
        assertThat(unknown.code()).isEqualTo(RefusalCode.TOKEN_REQUIRED);
        assertThat(unknown.gateway()).isNull();
    }

    @Test
    void a_descriptor_opens_an_open_gateway_and_never_for_a_blocked_key() {
        Gateway open = gateway(true, false, true, 2);
        assertThat(decide(descriptor(), snapshot(open, Set.of()), 0)).isInstanceOf(Admission.Admitted.class);
        assertThat(refused(decide(descriptor(), snapshot(open, Set.of(KEY)), 0)).code())
                .isEqualTo(RefusalCode.KEY_BLOCKED);
    }

    @Test
    void strangers_cannot_fill_the_registry_with_keys() {
        String[] keys = new String[Admission.MAX_KEYS];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = String.format("%064x", i);
        }
        assertThat(refused(decide(descriptor(), snapshot(gateway(true, false, true, 2), Set.of(), keys), 0))
                        .code())
                .isEqualTo(RefusalCode.KEY_NOT_ADMITTED);
    }
}
