// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SourceCountsTest {
    private final AtomicInteger most = new AtomicInteger(2);
    private final SourceCounts counts = new SourceCounts(most::get);

    @Test
    void eachSourceHasItsOwn() throws Exception {
        assertThat(counts.take(address("192.0.2.1"))).isTrue();
        assertThat(counts.take(address("192.0.2.1"))).isTrue();
        assertThat(counts.take(address("192.0.2.1"))).isFalse();
        assertThat(counts.take(address("192.0.2.2"))).isTrue();
        counts.give(address("192.0.2.1"));
        assertThat(counts.take(address("192.0.2.1"))).isTrue();
    }

    @Test
    void aNetworkOfIpv6IsOneSource() throws Exception {
        assertThat(counts.take(address("2001:db8::1"))).isTrue();
        assertThat(counts.take(address("2001:db8::2:1"))).isTrue();
        assertThat(counts.take(address("2001:db8::3"))).isFalse();
        assertThat(counts.take(address("2001:db8:0:1::3"))).isTrue();
    }

    @Test
    void aLimitThatChangesHoldsAtOnce() throws Exception {
        counts.take(address("192.0.2.1"));
        most.set(1);
        assertThat(counts.take(address("192.0.2.1"))).isFalse();
        most.set(2);
        assertThat(counts.take(address("192.0.2.1"))).isTrue();
    }

    @Test
    void sourcesThatHaveNoneAreForgotten() throws Exception {
        counts.take(address("192.0.2.1"));
        counts.take(address("192.0.2.1"));
        counts.give(address("192.0.2.1"));
        assertThat(counts.sources()).isOne();
        counts.give(address("192.0.2.1"));
        assertThat(counts.sources()).isZero();
    }

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }
}
