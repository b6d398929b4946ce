// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sallyport.role.client.internal.RoleWorld.cloud;
import static org.sallyport.role.client.internal.RoleWorld.config;
import static org.sallyport.role.client.internal.RoleWorld.destination;
import static org.sallyport.role.client.internal.RoleWorld.failure;
import static org.sallyport.role.client.internal.RoleWorld.id;
import static org.sallyport.role.client.internal.RoleWorld.onPremises;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sallyport.api.Acl;
import org.sallyport.api.AclFile;
import org.sallyport.api.LegSecurity;
import org.sallyport.wire.control.AclEntry;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.DestinationConfig;

final class ConfigReaderTest {
    private final ConfigReader reader = new ConfigReader("1.2", Set.of("known"));

    @Test
    void cloudDestinationsHaveTheirIngressHereAndOnPremisesOnesTheirEgress() {
        ClientConfig read = read(cloud("aaaaa", 12_000), onPremises("bbbbb"));

        assertThat(read.ingress()).extracting(each -> each.id().value()).containsExactly(id("aaaaa"));
        assertThat(read.egress()).extracting(each -> each.id().value()).containsExactly(id("bbbbb"));
        assertThat(read.failures()).isEmpty();
        assertThat(read.acl()).isEqualTo(AclFile.parse("allow db:5432"));
    }

    @Test
    void whatThisClientDoesNotKnowIsReportedAndTheRestApplied() {
        ClientConfig read = read(
                destination("aaaaa", "cloud", 12_000, List.of("known", "quic")),
                destination("bbbbb", "sideways", 12_001, List.of()),
                destination("ccccc", "cloud", 12_002, List.of("known")));

        assertThat(read.ingress()).extracting(each -> each.id().value()).containsExactly(id("ccccc"));
        assertThat(read.failures())
                .containsExactly(
                        failure("aaaaa", "this client (1.2) does not know quic; update the client"),
                        failure(
                                "bbbbb",
                                "this client (1.2) does not know the direction 'sideways'; update the client"));
    }

    @Test
    void optionsAreReadAndOneThatMakesNoSenseFailsItsDestination() {
        DestinationConfig secured = new DestinationConfig(
                id("aaaaa"),
                "x",
                "on-premises",
                "tcp",
                "db",
                1,
                1,
                true,
                10_000,
                0,
                0,
                List.of("known"),
                Map.of("resource-tls", "tls", "later", "passed over"));
        DestinationConfig odd = new DestinationConfig(
                id("bbbbb"),
                "x",
                "cloud",
                "tcp",
                "db",
                1,
                2,
                true,
                10_000,
                0,
                0,
                List.of(),
                Map.of("restricted", "perhaps"));

        ClientConfig read = read(secured, odd);

        assertThat(read.egress().get(0).options().resourceTls().security()).isEqualTo(LegSecurity.TLS);
        assertThat(read.failures()).containsExactly(failure("bbbbb", "restricted 'perhaps': expected true or false"));
    }

    @Test
    void whatIsWrongIsReportedWithWhatWasExpected() {
        DestinationConfig foreign = new DestinationConfig(
                "Bsn47KM8iTb_aaaaa", "x", "cloud", "tcp", "db", 1, 1, true, 10_000, 0, 0, List.of(), Map.of());
        DestinationConfig noHost = new DestinationConfig(
                id("bbbbb"), "x", "cloud", "tcp", "not a host", 1, 2, true, 10_000, 0, 0, List.of(), Map.of());
        DestinationConfig slow = new DestinationConfig(
                id("ccccc"), "x", "cloud", "tcp", "db", 1, 3, true, 999_000, 0, 0, List.of(), Map.of());
        DestinationConfig noId = new DestinationConfig(
                "../../etc", "x", "cloud", "tcp", "db", 1, 4, true, 10_000, 0, 0, List.of(), Map.of());

        ClientConfig read = read(foreign, noHost, slow, noId);

        assertThat(read.ingress()).isEmpty();
        assertThat(read.failures())
                .extracting(failure -> failure.text())
                .satisfiesExactly(
                        text -> assertThat(text).contains("does not belong to gateway"),
                        text -> assertThat(text).contains("expected a host name"),
                        text -> assertThat(text).contains("expected 1 to 180 seconds"),
                        text -> assertThat(text).contains("is not a destination ID"));
    }

    @Test
    void aDestinationThatComesTwiceAndAPortThatIsTakenAreReported() {
        ClientConfig read = read(cloud("aaaaa", 12_000), cloud("aaaaa", 12_001), cloud("bbbbb", 12_000));

        assertThat(read.ingress()).hasSize(1);
        assertThat(read.failures())
                .containsExactly(
                        failure("aaaaa", "the server sent this destination twice"),
                        failure("bbbbb", "client port 12000 is also that of destination " + id("aaaaa")));
    }

    @Test
    void namesAreMadeFitToBeShown() {
        DestinationConfig hostile = new DestinationConfig(
                id("aaaaa"), " \u001b[2Jx\n", "cloud", "tcp", "db", 1, 4, true, 10_000, 0, 0, List.of(), Map.of());
        DestinationConfig nameless = new DestinationConfig(
                id("bbbbb"), "", "cloud", "tcp", "db", 1, 5, true, 10_000, 0, 0, List.of(), Map.of());

        ClientConfig read = read(hostile, nameless);

        assertThat(read.ingress()).extracting(each -> each.name()).containsExactly("\ufffd[2Jx", id("bbbbb"));
    }

    @Test
    void aDenyRuleThatCannotBeReadDeniesEverythingAndAnAllowRuleNothing() {
        assertThat(withRules(new AclEntry(true, "db", 1, ""), new AclEntry(true, "not a host", 1, ""))
                        .acl())
                .isEqualTo(AclFile.parse("allow db:1"));
        assertThat(withRules(new AclEntry(true, "db", 1, ""), new AclEntry(false, "not a host", 1, ""))
                        .acl())
                .isEqualTo(Acl.EMPTY);
        assertThat(withRules(new AclEntry(true, "db", 1, ""), new AclEntry(false, "db", 1, "/path"))
                        .acl())
                .isEqualTo(Acl.EMPTY);
    }

    @Test
    void theConfigurationOfAnotherGatewayIsRefused() {
        assertThatThrownBy(() -> reader.read(config(1), RoleWorld.OTHER))
                .hasMessageContaining("expected that of " + RoleWorld.OTHER);
    }

    private ClientConfig read(DestinationConfig... destinations) {
        return reader.read(config(1, destinations), RoleWorld.GATEWAY);
    }

    private ClientConfig withRules(AclEntry... rules) {
        return reader.read(
                new Config(1, RoleWorld.GATEWAY.value(), "", true, true, List.of(), List.of(rules)), RoleWorld.GATEWAY);
    }
}
