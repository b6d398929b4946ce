// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class ArrivalGateTest {
    private final ArrivalGate gate = new ArrivalGate(() -> new Strangers(2, 3, 1));
    private final InetAddress one = address(1);
    private final InetAddress other = address(2);

    @Test
    void aSourceThatHasItsShareGivesUpItsOldest() {
        Channel first = new EmbeddedChannel();
        assertThat(gate.enter(one, first)).isEqualTo(new ArrivalGate.Verdict.Entered(null));
        assertThat(gate.enter(one, new EmbeddedChannel())).isEqualTo(new ArrivalGate.Verdict.Entered(null));
        assertThat(gate.enter(one, new EmbeddedChannel())).isEqualTo(new ArrivalGate.Verdict.Entered(first));
        assertThat(gate.strangers()).isEqualTo(2);
    }

    @Test
    void whenAllPlacesAreTakenNewOnesAreRefused() {
        Channel first = new EmbeddedChannel();
        gate.enter(one, first);
        gate.enter(one, new EmbeddedChannel());
        gate.enter(other, new EmbeddedChannel());
        assertThat(gate.enter(other, new EmbeddedChannel())).isEqualTo(new ArrivalGate.Verdict.Refused());

        gate.leave(one, first);
        gate.leave(one, first);
        assertThat(gate.strangers()).isEqualTo(2);
        assertThat(gate.enter(other, new EmbeddedChannel())).isEqualTo(new ArrivalGate.Verdict.Entered(null));
    }

    @Test
    void theAddressesOfAnIpv6NetworkAreOneSource() throws UnknownHostException {
        Channel first = new EmbeddedChannel();
        Channel second = new EmbeddedChannel();
        gate.enter(InetAddress.getByName("2001:db8:1:2::1"), first);
        gate.enter(InetAddress.getByName("2001:db8:1:2:ffff:1:2:3"), second);
        assertThat(gate.enter(InetAddress.getByName("2001:db8:1:2::9"), new EmbeddedChannel()))
                .isEqualTo(new ArrivalGate.Verdict.Entered(first));
        assertThat(gate.enter(InetAddress.getByName("2001:db8:1:3::1"), new EmbeddedChannel()))
                .isEqualTo(new ArrivalGate.Verdict.Entered(null));

        gate.leave(InetAddress.getByName("2001:db8:1:2:ffff:1:2:3"), second);
        assertThat(gate.strangers()).isEqualTo(2);
    }

    private static InetAddress address(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
