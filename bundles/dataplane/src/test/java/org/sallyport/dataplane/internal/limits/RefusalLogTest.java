// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RefusalLogTest {
    private long now = Long.MAX_VALUE - 1; // clocks may wrap
    private final RefusalLog log = new RefusalLog(RefusalLog.LINES, RefusalLog.WINDOW_NANOS, () -> now);

    @Test
    void afterAFewLinesAMinuteTheRestIsCounted() {
        for (int i = 0; i < RefusalLog.LINES; i++) {
            assertThat(log.spend()).isZero();
        }
        for (int i = 0; i < 100; i++) {
            assertThat(log.spend()).isEqualTo(RefusalLog.SILENT);
        }

        now += RefusalLog.WINDOW_NANOS;
        assertThat(log.spend()).isEqualTo(100);
        assertThat(log.spend()).isZero();
    }

    @Test
    void aLimitIsToldOfEveryHalfMinuteWithTheCountOfTheRest() {
        RefusalLog limit = RefusalLog.ofLimit(() -> now);
        assertThat(limit.spend()).isZero();
        now += TimeUnit.SECONDS.toNanos(29);
        assertThat(limit.spend()).isEqualTo(RefusalLog.SILENT);
        assertThat(limit.spend()).isEqualTo(RefusalLog.SILENT);

        now += TimeUnit.SECONDS.toNanos(1);
        assertThat(limit.spend()).isEqualTo(2);
        assertThat(limit.spend()).isEqualTo(RefusalLog.SILENT);
    }
}
