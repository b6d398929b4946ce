// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.balancer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.ClientId;
import org.sallyport.api.balance.Balancer;
import org.sallyport.api.balance.Candidate;

@Timeout(30)
class PoliciesTest {
    private static final InetAddress SOURCE = address(1);

    @Test
    void roundRobinCountsDifferByAtMostOneAfterEachChoice() {
        for (int size = 1; size <= 17; size++) {
            Balancer balancer = new RoundRobin().balancer();
            List<Candidate> usable = clients(size);
            int[] counts = new int[size];
            for (int i = 0; i < 100; i++) {
                counts[balancer.choose(usable, SOURCE)]++;
                assertThat(spread(counts)).isLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void roundRobinCountsDifferByAtMostOneBetweenAnyTwoChangesOfTheList() {
        Random random = new Random(42);
        Balancer balancer = new RoundRobin().balancer();
        List<Candidate> all = clients(12);
        for (int change = 0; change < 500; change++) {
            List<Candidate> usable = new ArrayList<>(all);
            usable.removeIf(client -> random.nextBoolean());
            if (usable.isEmpty()) {
                usable.add(all.get(random.nextInt(all.size())));
            }
            int[] counts = new int[usable.size()];
            int choices = random.nextInt(40);
            for (int i = 0; i < choices; i++) {
                counts[balancer.choose(usable, SOURCE)]++;
            }
            assertThat(spread(counts)).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void roundRobinGivesAClientThatComesItsTurnWithoutTakingThatOfAnother() {
        Balancer balancer = new RoundRobin().balancer();
        List<Candidate> all = clients(3);
        List<Candidate> withoutMiddle = List.of(all.get(0), all.get(2));

        assertThat(balancer.choose(withoutMiddle, SOURCE)).isZero();
        assertThat(balancer.choose(all, SOURCE)).isEqualTo(1);
        assertThat(balancer.choose(all, SOURCE)).isEqualTo(2);
        assertThat(balancer.choose(withoutMiddle, SOURCE)).isZero();
    }

    @Test
    void roundRobinOfOneDestinationKnowsNothingOfAnother() {
        RoundRobin policy = new RoundRobin();
        Balancer one = policy.balancer();
        Balancer other = policy.balancer();
        List<Candidate> usable = clients(3);

        one.choose(usable, SOURCE);
        one.choose(usable, SOURCE);

        assertThat(other.choose(usable, SOURCE)).isZero();
        assertThat(one.choose(usable, SOURCE)).isEqualTo(2);
    }

    @Test
    void roundRobinCountsDifferByAtMostOneWhenManyThreadsChoose() throws Exception {
        Balancer balancer = new RoundRobin().balancer();
        List<Candidate> usable = clients(7);
        int threads = 4;
        int each = 10_001;
        CountDownLatch begin = new CountDownLatch(1);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<int[]>> parts = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                parts.add(executor.submit(() -> {
                    int[] counts = new int[usable.size()];
                    begin.await();
                    for (int i = 0; i < each; i++) {
                        counts[balancer.choose(usable, SOURCE)]++;
                    }
                    return counts;
                }));
            }
            begin.countDown();
            int[] sum = new int[usable.size()];
            for (Future<int[]> part : parts) {
                int[] counts = part.get(20, TimeUnit.SECONDS);
                Arrays.setAll(sum, i -> sum[i] + counts[i]);
            }
            assertThat(Arrays.stream(sum).sum()).isEqualTo(threads * each);
            assertThat(spread(sum)).isLessThanOrEqualTo(1);
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void leastConnectionsTakesTheLeastLoadedAndTurnsAmongEquals() {
        Balancer balancer = new LeastConnections().balancer();
        List<Candidate> usable = List.of(client(0, 5), client(1, 2), client(2, 9), client(3, 2));

        assertThat(List.of(
                        balancer.choose(usable, SOURCE),
                        balancer.choose(usable, SOURCE),
                        balancer.choose(usable, SOURCE)))
                .containsExactly(1, 3, 1);
    }

    @Test
    void firstAvailableStaysWithTheFirst() {
        Balancer balancer = new FirstAvailable().balancer();

        assertThat(balancer.choose(clients(3), SOURCE)).isZero();
        assertThat(balancer.choose(clients(3), SOURCE)).isZero();
    }

    @Test
    void sourceHashKeepsSourcesWithTheirClientAndSpreadsThem() {
        Balancer balancer = new SourceHash().balancer();
        List<Candidate> usable = clients(4);
        int[] counts = new int[4];
        for (int i = 0; i < 4000; i++) {
            int chosen = balancer.choose(usable, address(i));
            assertThat(balancer.choose(usable, address(i))).isEqualTo(chosen);
            counts[chosen]++;
        }
        assertThat(Arrays.stream(counts).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(800, 1200));
    }

    @Test
    void sourceHashMovesOnlyTheSourcesOfAClientThatGoes() {
        Balancer balancer = new SourceHash().balancer();
        List<Candidate> all = clients(5);
        List<Candidate> fewer = List.of(all.get(0), all.get(1), all.get(3), all.get(4));
        Map<Boolean, Integer> seen = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            Candidate before = all.get(balancer.choose(all, address(i)));
            Candidate after = fewer.get(balancer.choose(fewer, address(i)));
            boolean gone = before.equals(all.get(2));
            seen.merge(gone, 1, Integer::sum);
            if (!gone) {
                assertThat(after).isEqualTo(before);
            }
        }
        assertThat(seen).containsKeys(true, false);
    }

    private static int spread(int[] counts) {
        return Arrays.stream(counts).max().orElseThrow()
                - Arrays.stream(counts).min().orElseThrow();
    }

    private static List<Candidate> clients(int count) {
        return IntStream.range(0, count).mapToObj(i -> client(i, 0)).toList();
    }

    private static Candidate client(int number, int openStreams) {
        return new Candidate(new ClientId("qsn47KM8iTa_%03d".formatted(number)), openStreams);
    }

    private static InetAddress address(int number) {
        try {
            return InetAddress.getByAddress(new byte[] {10, 0, (byte) (number >> 8), (byte) number});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
