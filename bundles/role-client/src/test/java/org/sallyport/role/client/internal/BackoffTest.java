// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class BackoffTest {
    /** In the middle: no variation. */
    private static final RandomGenerator STEADY = new RandomGenerator() {
        @Override
        public long nextLong() {
            return Long.MIN_VALUE; // nextDouble takes the upper bits: 0.5
        }
    };

    private long now = Duration.ofHours(1).toNanos();
    private final Backoff backoff = new Backoff(STEADY, now);

    @Test
    void afterALossDelaysDoubleToFiveSecondsAndAfterTwoMinutesToThirty() {
        backoff.lost(now, Duration.ofHours(1));

        assertThat(millis(8)).containsExactly(500L, 1000L, 2000L, 4000L, 5000L, 5000L, 5000L, 5000L);
        pass(Duration.ofMinutes(2));
        assertThat(millis(5)).containsExactly(5000L, 10_000L, 20_000L, 30_000L, 30_000L);
    }

    @Test
    void afterAPlannedDrainItIsEverySecondForTwoMinutes() {
        backoff.drained(now);

        assertThat(millis(119)).containsOnly(1000L);
        pass(Duration.ofSeconds(2));
        assertThat(millis(4)).containsExactly(5000L, 10_000L, 20_000L, 30_000L);
    }

    @Test
    void anAttachmentThatLastedStartsTheDelaysAnewAndOneThatDidNotGoesOn() {
        backoff.lost(now, Duration.ofHours(1));
        millis(3);

        backoff.lost(now, Backoff.LASTING.minusNanos(1));
        assertThat(millis(1)).containsExactly(4000L);
        backoff.lost(now, Backoff.LASTING);
        assertThat(millis(1)).containsExactly(500L);
    }

    @Test
    void delaysVaryByAFifthAndWhatTheServerAsksForIsTheLeast() {
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        List<Long> asked = new ArrayList<>();
        List<Long> planned = new ArrayList<>();
        Backoff varied = new Backoff(random, now);
        varied.drained(now);
        for (int i = 0; i < 1000; i++) {
            asked.add(varied.asked(Duration.ofSeconds(10)).toMillis());
            planned.add(varied.next(now).toMillis());
        }

        assertThat(asked).allMatch(millis -> millis >= 10_000 && millis <= 12_000);
        assertThat(planned).allMatch(millis -> millis >= 800 && millis <= 1200);
        assertThat(planned.stream().distinct().count()).isGreaterThan(100);
    }

    private List<Long> millis(int count) {
        List<Long> delays = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Duration delay = backoff.next(now);
            delays.add(delay.toMillis());
            pass(delay);
        }
        return delays;
    }

    private void pass(Duration duration) {
        now += duration.toNanos();
    }
}
