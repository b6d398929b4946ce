// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class HostPortTest {
    @Test
    void placesAreShownAsTheyAreRead() {
        for (String text :
                List.of("db:5432", "10.0.0.1:80", "[2001:db8::1]:443", "my_host-1.example.com:1", "[fe80::1%eth0]:9")) {
            assertThat(HostPort.parse(text)).hasToString(text);
        }
        assertThat(HostPort.parse("DB.Example:80")).hasToString("db.example:80");
        assertThat(HostPort.parse("db.example.:80")).isEqualTo(HostPort.parse("db.example:80"));
        assertThat(AclRule.parse(AclRule.Action.DENY, "db.example.:")).hasToString("deny db.example:");
    }

    @Test
    void wrongPlacesAreRefusedWithWhatWasGivenAndExpected() {
        for (String text : List.of(
                "",
                "db",
                ":80",
                "db:",
                "db:0",
                "db:65536",
                "db:-1",
                "db:8 0",
                "::1:80",
                "[::1]80",
                "[::1]",
                "d b:1",
                "db\n:80",
                "-db:80",
                "db..x:1",
                "db..:1",
                ".:1",
                "db:٣")) {
            assertThatThrownBy(() -> HostPort.parse(text))
                    .as("'%s'", text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected");
        }
    }

    @Test
    void aMessageCannotForgeALine() {
        assertThatThrownBy(() -> HostPort.parse("evil\nINFO all is well"))
                .satisfies(thrown -> assertThat(thrown.getMessage()).doesNotContain("\n"));
        assertThat(Shown.of("x".repeat(1000))).hasSize(81);
    }

    @Test
    void portRangesAreReadAndBounded() {
        assertThat(PortRange.parse("15000-19999").size()).isEqualTo(5000);
        assertThat(PortRange.parse("8080")).isEqualTo(new PortRange(8080, 8080));
        for (String text : List.of("", "-", "5-", "9-3", "0-5", "1-70000", "a-b")) {
            assertThatThrownBy(() -> PortRange.parse(text)).as("'%s'", text).hasMessageContaining("expected");
        }
    }

    @Test
    void idsHaveTheirFormsAndBelongTogether() {
        Ids ids = new Ids(new java.util.Random(7));
        GatewayId gateway = ids.gateway("local");

        assertThat(gateway.value()).matches("[0-9A-Za-z]{11}_local");
        assertThat(ids.destination(gateway).belongsTo(gateway)).isTrue();
        assertThat(ids.client(gateway).belongsTo(gateway)).isTrue();
        assertThat(ids.client(ids.gateway("local")).belongsTo(gateway)).isFalse();
        assertThatThrownBy(() -> new GatewayId("short_local")).hasMessageContaining("qsn47KM8iTa_local");
    }
}
