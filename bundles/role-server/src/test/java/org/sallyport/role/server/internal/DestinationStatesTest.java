// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sallyport.api.Acl;
import org.sallyport.api.AclEdit;
import org.sallyport.api.AclRule;
import org.sallyport.api.ClientId;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.ProxyAddress;
import org.sallyport.api.ProxyProtocol;
import org.sallyport.api.SourceHeaders;
import org.sallyport.api.State;
import org.sallyport.api.TokenState;
import org.sallyport.api.Verdict;
import org.sallyport.spi.AccessPolicy;

final class DestinationStatesTest {
    private static final ClientId A = new ClientId("qsn47KM8iTa_00A");
    private static final ClientId B = new ClientId("qsn47KM8iTa_00B");
    private static final AccessPolicy EVERYTHING = (host, port, address) -> new Verdict.Allowed("");
    private static final State LISTENING = new State.Listening(HostPort.parse("127.0.0.1:15000"), "");

    private static Gateway gateway(boolean enabled) {
        return new Gateway(
                new GatewayId("qsn47KM8iTa_local"),
                "office",
                enabled,
                true,
                true,
                new TokenState(1, Instant.EPOCH, null),
                new Acl(List.of(AclRule.parse(AclRule.Action.ALLOW, "wiki:80"))),
                AclEdit.BOTH,
                Gateway.DEFAULT_BALANCER,
                10,
                Instant.EPOCH);
    }

    private static Destination destination(Direction direction, String resource, boolean enabled) {
        return destination(direction, "tcp", resource, enabled);
    }

    private static Destination destination(Direction direction, String protocol, String resource, boolean enabled) {
        return new Destination(
                new DestinationId("qsn47KM8iTa_9xQ2b"),
                new GatewayId("qsn47KM8iTa_local"),
                "wiki",
                direction,
                protocol,
                HostPort.parse(resource),
                15_000,
                enabled,
                DestinationOptions.DEFAULTS);
    }

    private static State onPremises(State here, DestinationStates.Report... reports) {
        return DestinationStates.of(
                gateway(true), destination(Direction.ON_PREMISES, "wiki:80", true), here, List.of(reports), EVERYTHING);
    }

    private static State cloud(DestinationStates.Report... reports) {
        return DestinationStates.of(
                gateway(true), destination(Direction.CLOUD, "api:443", true), null, List.of(reports), EVERYTHING);
    }

    private static DestinationStates.Report fine(ClientId client) {
        return new DestinationStates.Report(client, "", null);
    }

    private static DestinationStates.Report port(ClientId client, String word, String cause) {
        HostPort address = word.equals("listening") ? HostPort.parse("127.0.0.1:12000") : null;
        return new DestinationStates.Report(client, "", new DestinationStates.PortReport(word, address, cause));
    }

    @Test
    void the_operators_wish_comes_first() {
        assertThat(DestinationStates.of(
                        gateway(false),
                        destination(Direction.ON_PREMISES, "wiki:80", true),
                        LISTENING,
                        List.of(),
                        EVERYTHING))
                .isInstanceOf(State.Disabled.class)
                .satisfies(state -> assertThat(state.cause()).contains("gateway:enable qsn47KM8iTa_local"));
        assertThat(DestinationStates.of(
                        gateway(true),
                        destination(Direction.ON_PREMISES, "wiki:80", false),
                        LISTENING,
                        List.of(),
                        EVERYTHING))
                .isInstanceOf(State.Disabled.class);
    }

    @Test
    void an_on_premises_destination_is_what_its_listener_is() {
        assertThat(onPremises(LISTENING, fine(A))).isEqualTo(LISTENING);
        assertThat(onPremises(new State.Failed("port 15000 is taken")))
                .isEqualTo(new State.Failed("port 15000 is taken"));
        assertThat(onPremises(null)).isInstanceOf(State.Waiting.class);
    }

    @Test
    void what_no_acl_rule_allows_is_blocked_with_the_command_that_allows_it() {
        State state = DestinationStates.of(
                gateway(true),
                destination(Direction.ON_PREMISES, "db:5432", true),
                LISTENING,
                List.of(fine(A)),
                EVERYTHING);
        assertThat(state).isInstanceOf(State.Blocked.class);
        assertThat(state.cause()).contains("acl:allow qsn47KM8iTa_local db:5432");
    }

    @Test
    void where_only_paths_are_allowed_protocols_of_http_listen_and_others_are_blocked() {
        Gateway paths = gateway(true).withAcl(new Acl(List.of(AclRule.parse(AclRule.Action.ALLOW, "web:80/a"))));
        for (String protocol : List.of("http", "https", "https-mutual")) {
            assertThat(shown(paths, protocol)).isEqualTo(LISTENING);
        }
        assertThat(shown(paths, "tcp")).isInstanceOf(State.Blocked.class).satisfies(state -> assertThat(state.cause())
                .contains("only paths of web:80", "acl:allow qsn47KM8iTa_local web:80 would"));
    }

    private static State shown(Gateway gateway, String protocol) {
        Destination destination = destination(Direction.ON_PREMISES, protocol, "web:80", true);
        return DestinationStates.of(gateway, destination, LISTENING, List.of(fine(A)), EVERYTHING);
    }

    @Test
    void what_the_servers_policy_denies_is_blocked() {
        AccessPolicy nothing =
                (host, port, address) -> new Verdict.Denied(Verdict.Source.POLICY, "egress.deny names it");
        State state = DestinationStates.of(
                gateway(true),
                destination(Direction.CLOUD, "10.0.0.1:443", true),
                null,
                List.of(port(A, "listening", "")),
                nothing);
        assertThat(state).isEqualTo(new State.Blocked("egress.deny names it"));
    }

    @Test
    void a_destination_that_no_client_can_apply_has_failed() {
        DestinationStates.Report unable = new DestinationStates.Report(A, "does not know x", null);
        assertThat(onPremises(LISTENING, unable)).isEqualTo(new State.Failed("client " + A + ": does not know x"));
        assertThat(onPremises(LISTENING, unable, fine(B)))
                .isInstanceOf(State.Listening.class)
                .satisfies(state -> assertThat(state.cause()).contains("not through client " + A));
    }

    @Test
    void a_listener_beyond_loopback_is_shown_as_open_to_everyone() {
        State open = new State.Listening(HostPort.parse("192.0.2.1:15000"), "");
        assertThat(onPremises(open, fine(A)).cause()).isEqualTo("open to everyone who reaches 192.0.2.1:15000");
    }

    @Test
    void a_cloud_destination_waits_for_a_client() {
        assertThat(cloud()).isInstanceOf(State.Waiting.class);
        assertThat(cloud(fine(A)).cause()).contains("have not said yet");
    }

    @Test
    void a_cloud_destination_listens_if_any_client_does() {
        State state = cloud(port(A, "failed", "port 12000 is in use"), port(B, "listening", ""));
        assertThat(state).isInstanceOf(State.Listening.class);
        assertThat(state.cause()).isEqualTo("not at client " + A + ": port 12000 is in use");
    }

    @Test
    void what_a_client_port_is_now_counts_more_than_that_it_failed_once() {
        DestinationStates.Report recovered = new DestinationStates.Report(
                A,
                "port 12000 is in use",
                new DestinationStates.PortReport("listening", HostPort.parse("127.0.0.1:12000"), ""));
        assertThat(cloud(recovered)).isInstanceOf(State.Listening.class);
        assertThat(cloud(recovered).cause()).isEmpty();
    }

    @Test
    void a_cloud_destination_that_listens_nowhere_shows_a_clients_cause() {
        assertThat(cloud(port(A, "failed", "port 12000 is in use")))
                .isEqualTo(new State.Failed("client " + A + ": port 12000 is in use"));
        assertThat(cloud(port(A, "blocked", "the ceiling")))
                .isEqualTo(new State.Blocked("client " + A + ": the ceiling"));
        assertThat(cloud(port(A, "asleep", ""))).isEqualTo(new State.Waiting("client " + A + ": asleep"));
    }

    @Test
    void a_proxy_that_may_not_be_dialled_blocks_what_is_behind_it() {
        assertThat(through(Direction.ON_PREMISES, "wiki:80", "socks5://proxy:1080"))
                .isInstanceOf(Verdict.Denied.class)
                .asString()
                .contains("acl:allow qsn47KM8iTa_local proxy:1080");
        AccessPolicy noLoopback = (host, port, address) -> address != null && address.isLoopbackAddress()
                ? new Verdict.Denied(Verdict.Source.POLICY, "loopback")
                : new Verdict.Allowed("");
        assertThat(DestinationStates.verdict(
                        gateway(true),
                        destination(Direction.CLOUD, "api:443", true)
                                .withOptions(DestinationOptions.DEFAULTS.withResourceProxy(
                                        ProxyAddress.parse("socks5://127.0.0.1:1080"))),
                        noLoopback))
                .isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void a_name_that_the_proxy_resolves_needs_a_rule_about_the_name() {
        Gateway byAddress = new Gateway(
                new GatewayId("qsn47KM8iTa_local"),
                "office",
                true,
                true,
                true,
                new TokenState(1, Instant.EPOCH, null),
                new Acl(List.of(
                        AclRule.parse(AclRule.Action.ALLOW, "[10.0.0.0/8]:80"),
                        AclRule.parse(AclRule.Action.ALLOW, "proxy:1080"))),
                AclEdit.BOTH,
                Gateway.DEFAULT_BALANCER,
                10,
                Instant.EPOCH);
        Destination wiki = destination(Direction.ON_PREMISES, "wiki:80", true);
        DestinationOptions four =
                DestinationOptions.DEFAULTS.withResourceProxy(ProxyAddress.parse("socks4://proxy:1080"));
        DestinationOptions five =
                DestinationOptions.DEFAULTS.withResourceProxy(ProxyAddress.parse("socks5://proxy:1080"));

        assertThat(DestinationStates.verdict(byAddress, wiki.withOptions(four), EVERYTHING))
                .isInstanceOf(Verdict.Allowed.class);
        assertThat(DestinationStates.verdict(byAddress, wiki.withOptions(five), EVERYTHING))
                .isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void headers_of_anybody_are_remarked() {
        Destination open = destination(Direction.ON_PREMISES, "wiki:80", true)
                .withOptions(
                        DestinationOptions.DEFAULTS.withSourceHeaders(new SourceHeaders(ProxyProtocol.NONE, true)));
        State state = DestinationStates.of(gateway(true), open, LISTENING, List.of(), EVERYTHING);

        assertThat(((State.Listening) state).cause()).contains("believed where it comes from");
    }

    private static Verdict through(Direction direction, String resource, String proxy) {
        return DestinationStates.verdict(
                gateway(true),
                destination(direction, resource, true)
                        .withOptions(DestinationOptions.DEFAULTS.withResourceProxy(ProxyAddress.parse(proxy))),
                EVERYTHING);
    }
}
