// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.sallyport.api.config.LimitSettings;

class ArrivalRatesTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final InetAddress one = address("192.0.2.1");
    private final InetAddress other = address("192.0.2.2");
    private long now = -5 * SECOND;
    private LimitSettings settings = settings(Map.of(
            "ingress.source", "10",
            "ingress.destination", "15",
            "ingress.fruitless.source", "4",
            "ingress.fruitless.destination", "6"));
    private final ProcessLimits limits = ProcessLimits.of(() -> settings, () -> now);
    private final ArrivalRates rates = new ArrivalRates(limits);

    @Test
    void aSourceHasASecondsWorthAtOnceAndThenItsRate() {
        assertThat(entered(one, 100)).isEqualTo(10);
        assertThat(rates.enter(one, false)).isEqualTo(SECOND / 10);
        assertThat(rates.bound(one)).isEqualTo("ingress.source = 10");
        now += SECOND / 2;
        assertThat(entered(one, 100)).isEqualTo(5);
        now += 100 * SECOND;
        assertThat(entered(one, 100)).isEqualTo(10);
    }

    @Test
    void oneSourceLeavesRoomForAnotherUpToTheRateOfTheDestination() {
        assertThat(entered(one, 100)).isEqualTo(10);
        assertThat(entered(other, 100)).isEqualTo(5);
        assertThat(rates.bound(other)).isEqualTo("ingress.destination = 15");
        assertThat(new ArrivalRates(limits).enter(one, false)).isZero();
    }

    @Test
    void addressesOfOneNetworkOfSixtyFourBitsAreOneSource() {
        assertThat(entered(address("2001:db8:1:1::1"), 100)).isEqualTo(10);
        assertThat(rates.enter(address("2001:db8:1:1:ffff::2"), false)).isPositive();
        assertThat(rates.enter(address("2001:db8:1:2::1"), false)).isZero();
    }

    @Test
    void whoResetsWithoutHavingSentAnythingWaitsForThatAndNobodyElseDoes() {
        fruitless(one, 4);
        assertThat(rates.enter(one, false)).isEqualTo(SECOND / 4);
        assertThat(rates.bound(one)).isEqualTo("ingress.fruitless.source = 4");
        assertThat(rates.enter(other, false)).isZero();
        fruitless(other, 2);
        assertThat(rates.enter(address("192.0.2.3"), false)).isPositive();
        assertThat(rates.bound(address("192.0.2.3"))).isEqualTo("ingress.fruitless.destination = 6");
    }

    @Test
    void whateverWasDoneIsForgivenAfterAWhile() {
        fruitless(one, 100_000);
        assertThat(rates.enter(one, false)).isBetween(30 * SECOND, 31 * SECOND);
        now += 31 * SECOND;
        assertThat(rates.enter(one, false)).isZero();
    }

    @Test
    void aTunnelThatIsBehindStopsThoseWhoMadeItSo() {
        assertThat(rates.enter(one, true)).isZero();
        fruitless(one, 1);
        assertThat(rates.enter(one, true)).isPositive();
        assertThat(rates.enter(one, false)).isZero();
        now += 2 * SECOND;
        assertThat(rates.enter(one, true)).isZero();
    }

    @Test
    void zeroDoesNotBoundAndAChangeHoldsAtOnce() {
        settings = settings(Map.of("ingress.source", "0", "ingress.destination", "0"));
        assertThat(entered(one, 100_000)).isEqualTo(100_000);
        settings = settings(Map.of("ingress.source", "3"));
        assertThat(entered(one, 100)).isEqualTo(3);
    }

    @Test
    void moreSourcesThanThereArePlacesHardlyMeet() {
        for (int i = 0; i < 300; i++) {
            fruitless(address("198.51." + i / 250 + "." + i % 250), 4);
        }
        int innocent = 0;
        ArrivalRates elsewhere = new ArrivalRates(limits);
        for (int i = 0; i < 250; i++) {
            innocent += elsewhere.enter(address("203.0.113." + i), false) == 0 ? 1 : 0;
            now += SECOND / 10;
        }
        assertThat(innocent).isGreaterThan(240);
    }

    private void fruitless(InetAddress source, int times) {
        for (int i = 0; i < times; i++) {
            rates.fruitless(source);
        }
    }

    private int entered(InetAddress source, int tries) {
        int entered = 0;
        for (int i = 0; i < tries; i++) {
            entered += rates.enter(source, false) == 0 ? 1 : 0;
        }
        return entered;
    }

    private static LimitSettings settings(Map<String, String> given) {
        return LimitSettings.of(given, new Properties());
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
