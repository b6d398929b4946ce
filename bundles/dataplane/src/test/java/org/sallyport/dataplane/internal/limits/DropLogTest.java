// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class DropLogTest {
    private long now = 5;
    private final DropLog log = new DropLog(() -> now);

    @Test
    void theFirstIsToldAtOnceAndTheOthersTogetherLater() {
        assertThat(log.spend(1)).isEqualTo(1);
        assertThat(log.spend(2)).isZero();
        now += TimeUnit.SECONDS.toNanos(DropLog.SECONDS) - 1;
        assertThat(log.spend(3)).isZero();
        now++;
        assertThat(log.spend(4)).isEqualTo(9);
        assertThat(log.spend(1)).isZero();
    }
}
