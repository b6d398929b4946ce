// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CidrTest {
    @Test
    void containsAgreesWithArithmeticOnRandomBlocks() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            int length = random.nextBoolean() ? 4 : 16;
            byte[] network = new byte[length];
            random.nextBytes(network);
            network[0] |= 1; // not IPv4-mapped
            int prefix = random.nextInt(length * 8 + 1);
            byte[] address = network.clone();
            int flipped = random.nextInt(length * 8);
            address[flipped / 8] ^= (byte) (0x80 >> (flipped % 8));
            address[0] |= 1;

            Cidr block = Cidr.parse(InetAddress.getByAddress(network).getHostAddress() + "/" + prefix);
            int shift = length * 8 - prefix;
            boolean expected =
                    new BigInteger(1, network).shiftRight(shift).equals(new BigInteger(1, address).shiftRight(shift));

            assertThat(block.contains(InetAddress.getByAddress(address)))
                    .as("seed %d, %s and %s", seed, block, InetAddress.getByAddress(address))
                    .isEqualTo(expected);
        }
    }

    @Test
    void namesAreNeverLookedUp() {
        assertThat(Cidr.ofLiteral("localhost")).isNull();
        assertThat(Cidr.ofLiteral("127.1")).isNull();
        assertThat(Cidr.ofLiteral("0x7f.0.0.1")).isNull();
        assertThat(Cidr.ofLiteral("010.0.0.1")).isNull();
        assertThat(Cidr.ofLiteral("abcd")).isNull();
    }

    @Test
    void anAddressWithinItsBlockIsShownAsTheBlock() {
        assertThat(Cidr.parse("10.1.2.3/8")).hasToString("10.0.0.0/8").isEqualTo(Cidr.parse("10.0.0.0/8"));
        assertThat(Cidr.parse("10.1.2.3")).hasToString("10.1.2.3");
        assertThat(Cidr.parse("10.1.2.3").isSingle()).isTrue();
    }

    @Test
    void wrongBlocksAreRefused() {
        assertThatThrownBy(() -> Cidr.parse("10.0.0.0/33")).hasMessageContaining("expected");
        assertThatThrownBy(() -> Cidr.parse("10.0.0.0/")).hasMessageContaining("expected");
        assertThatThrownBy(() -> Cidr.parse("::1/129")).hasMessageContaining("expected");
    }
}
