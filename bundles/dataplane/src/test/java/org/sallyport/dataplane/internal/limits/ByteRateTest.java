// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.api.Bandwidth;

class ByteRateTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Clocks may wrap meanwhile. */
    private static final long BEGIN = Long.MAX_VALUE - SECOND;

    private record Turn(long inNanos, int connection) {}

    @ParameterizedTest
    @CsvSource({"16384,1", "16384,3", "1048576,1", "1048576,20", "1073741824,4"})
    void greedyConnectionsCarryTheRateTogetherAndAlike(long perSecond, int connections) {
        ByteRate rate = new ByteRate();
        rate.limit(perSecond, BEGIN);
        long[] carried = new long[connections];
        PriorityQueue<Turn> turns = new PriorityQueue<>((a, b) -> Long.compare(a.inNanos(), b.inNanos()));
        for (int i = 0; i < connections; i++) {
            turns.add(new Turn(0, i));
        }
        long limit = 3 * SECOND;
        // a turn takes its time, too
        for (Turn turn = turns.remove(); turn.inNanos() < limit; turn = turns.remove()) {
            carried[turn.connection()] += rate.turn();
            long wait = rate.charge(BEGIN + turn.inNanos(), rate.turn());
            turns.add(new Turn(turn.inNanos() + Math.max(wait, 100), turn.connection()));
        }
        long all = 0;
        for (long each : carried) {
            all += each;
        }
        for (long each : carried) {
            assertThat(each).isGreaterThan(all / connections / 2);
        }
        assertThat(all / 3.0).isCloseTo((double) perSecond, within(perSecond * 0.1));
    }

    @Test
    void withoutALimitNobodyWaits() {
        ByteRate rate = new ByteRate();
        assertThat(rate.isLimited()).isFalse();
        assertThat(rate.charge(BEGIN, 1L << 40)).isZero();
        assertThat(rate.delay(BEGIN)).isZero();
        assertThat(rate.turn()).isEqualTo(ByteRate.MOST_TURN);
    }

    @Test
    void oneWhoBeginsWaitsForWhatOthersOwe() {
        ByteRate rate = new ByteRate();
        rate.limit(1 << 20, BEGIN);
        assertThat(rate.delay(BEGIN)).isZero();
        rate.charge(BEGIN, 1 << 20);
        assertThat(rate.delay(BEGIN)).isEqualTo(SECOND);
        assertThat(rate.delay(BEGIN + SECOND)).isZero();
    }

    @Test
    void anotherLimitForgivesWhatIsOwed() {
        ByteRate rate = new ByteRate();
        rate.limit(Bandwidth.LEAST, BEGIN);
        rate.charge(BEGIN, 1 << 20);
        int before = rate.changes();
        rate.limit(Bandwidth.LEAST, BEGIN);
        assertThat(rate.changes()).isEqualTo(before);
        rate.limit(1 << 20, BEGIN);
        assertThat(rate.changes()).isNotEqualTo(before);
        assertThat(rate.delay(BEGIN)).isZero();
    }

    @Test
    void aLongRestSavesLittle() {
        ByteRate rate = new ByteRate();
        rate.limit(1_000_000, BEGIN);
        long now = BEGIN + 60 * SECOND;
        assertThat(rate.charge(now, 50_000)).isZero();
        assertThat(rate.charge(now, 10_000)).isEqualTo(SECOND / 100);
    }

    @Test
    void debtsEnd() {
        ByteRate rate = new ByteRate();
        rate.limit(Bandwidth.LEAST, BEGIN);
        assertThat(rate.charge(BEGIN, 1 << 30)).isEqualTo(60 * SECOND);
        assertThat(rate.charge(BEGIN, 1 << 30)).isEqualTo(60 * SECOND);
    }
}
