// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.PortRange;
import org.sallyport.api.Transport;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.api.service.Refusal;

final class PortReservationTest {
    private static final String ONE = "qsn47KM8iTa";
    private static final String TWO = "zzzzzzzzzzz";
    private static final PortRange RANGE = new PortRange(15_000, 15_002);

    private static Destination destination(String gateway, String end, Direction direction, String protocol, int port) {
        return new Destination(
                new DestinationId(gateway + "_" + end),
                new GatewayId(gateway + "_local"),
                "wiki " + end,
                direction,
                protocol,
                HostPort.parse("wiki:80"),
                port,
                true,
                DestinationOptions.DEFAULTS);
    }

    private static RegistrySnapshot with(Destination... destinations) {
        TreeMap<DestinationId, Destination> all = new TreeMap<>();
        for (Destination destination : destinations) {
            all.put(destination.id(), destination);
        }
        return new RegistrySnapshot(1, new TreeMap<>(), all, Map.of(), Set.of());
    }

    @Test
    void the_lowest_free_port_is_given_that_no_other_program_holds() {
        RegistrySnapshot snapshot = with(destination(ONE, "00001", Direction.ON_PREMISES, "tcp", 15_000));
        assertThat(PortReservation.choose(snapshot, RANGE, Transport.TCP, Set.of()))
                .isEqualTo(15_001);
        assertThat(PortReservation.choose(snapshot, RANGE, Transport.TCP, Set.of(15_001)))
                .isEqualTo(15_002);
    }

    @Test
    void ports_of_datagrams_and_of_clients_are_counted_apart() {
        RegistrySnapshot snapshot = with(
                destination(ONE, "00001", Direction.ON_PREMISES, "udp", 15_000),
                destination(ONE, "00002", Direction.CLOUD, "tcp", 15_001));
        assertThat(PortReservation.choose(snapshot, RANGE, Transport.TCP, Set.of()))
                .isEqualTo(15_000);
        assertThat(PortReservation.choose(snapshot, RANGE, Transport.UDP, Set.of()))
                .isEqualTo(15_001);
    }

    @Test
    void an_exhausted_range_says_how_many_are_in_use_and_how_to_widen_it() {
        RegistrySnapshot snapshot = with(
                destination(ONE, "00001", Direction.ON_PREMISES, "tcp", 15_000),
                destination(TWO, "00001", Direction.ON_PREMISES, "tcp", 15_002),
                destination(TWO, "00002", Direction.ON_PREMISES, "tcp", 20_000));
        assertThatThrownBy(() -> PortReservation.choose(snapshot, RANGE, Transport.TCP, Set.of(15_001)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("of the 3 ports in listen.ports = 15000-15002, destinations have 2")
                .hasMessageContaining("hold 1")
                .hasMessageContaining("widen listen.ports");
    }

    @Test
    void a_listen_port_that_another_destination_has_is_refused_with_its_name() {
        RegistrySnapshot snapshot = with(destination(ONE, "00001", Direction.ON_PREMISES, "tcp", 15_000));
        assertThatThrownBy(() -> PortReservation.check(
                        snapshot, destination(TWO, "00002", Direction.ON_PREMISES, "tcp", 15_000), 9000))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("destination qsn47KM8iTa_00001 (wiki 00001) of gateway qsn47KM8iTa_local");
    }

    @Test
    void the_tunnel_port_is_nobodys_listen_port() {
        assertThatThrownBy(() -> PortReservation.check(
                        with(), destination(ONE, "00001", Direction.ON_PREMISES, "tcp", 9000), 9000))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("tunnel port");
    }

    @Test
    void a_client_port_is_unique_within_its_gateway_only() {
        RegistrySnapshot snapshot = with(destination(ONE, "00001", Direction.CLOUD, "tcp", 12_000));
        assertThatThrownBy(() -> PortReservation.check(
                        snapshot, destination(ONE, "00002", Direction.CLOUD, "tcp", 12_000), 9000))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("client port 12000");
        assertThatCode(() -> PortReservation.check(
                        snapshot, destination(TWO, "00002", Direction.CLOUD, "tcp", 12_000), 9000))
                .doesNotThrowAnyException();
        assertThatCode(() -> PortReservation.check(
                        snapshot, destination(ONE, "00002", Direction.CLOUD, "udp", 12_000), 9000))
                .doesNotThrowAnyException();
        assertThatCode(() -> PortReservation.check(
                        snapshot, destination(ONE, "00002", Direction.ON_PREMISES, "tcp", 12_000), 9000))
                .doesNotThrowAnyException();
    }

    @Test
    void a_destination_may_keep_its_own_port() {
        Destination own = destination(ONE, "00001", Direction.ON_PREMISES, "tcp", 15_000);
        assertThatCode(() -> PortReservation.check(with(own), own, 9000)).doesNotThrowAnyException();
    }

    @Test
    void a_port_that_another_program_holds_is_found_out() throws IOException {
        try (ServerSocket held = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = held.getLocalPort();
            assertThat(FreePorts.busy(new PortRange(port, port), new BitSet(), "127.0.0.1", Transport.TCP))
                    .containsExactly(port);
        }
    }
}
