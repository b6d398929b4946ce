// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SerialThreadTest {
    private final SerialThread serial = new SerialThread("serial-under-test");

    @Test
    void whatWasGivenBeforeTheEndHasRunWhenItReturns() throws Exception {
        CompletableFuture<Void> ran = new CompletableFuture<>();
        CompletableFuture<Boolean> ranAtReturn = new CompletableFuture<>();
        Thread stopping = new Thread(() -> {
            serial.stop(Duration.ofSeconds(20));
            ranAtReturn.complete(ran.isDone());
        });
        CountDownLatch given = new CountDownLatch(1);
        serial.execute(() -> {
            await(given);
            stopping.start();
            while (stopping.getState() != Thread.State.TIMED_WAITING
                    && stopping.getState() != Thread.State.TERMINATED) {
                Thread.onSpinWait();
            }
        });
        serial.execute(() -> ran.complete(null));
        given.countDown();

        assertThat(ranAtReturn.get(25, TimeUnit.SECONDS)).isTrue();
        ran.get(5, TimeUnit.SECONDS);
        stopping.join(5_000);
    }

    @Test
    void timersDoNotHoldItUpAndWhatComesLaterIsDropped() {
        serial.after(Duration.ofHours(1), () -> {});

        serial.stop(Duration.ofSeconds(20));
        serial.execute(() -> {
            throw new AssertionError("it runs after the end");
        });
    }

    @Test
    void aTaskThatDoesNotEndHoldsItUpForTheLimitOnly() {
        CountDownLatch free = new CountDownLatch(1);
        try {
            serial.execute(() -> await(free));

            serial.stop(Duration.ofMillis(50));

            assertThat(free.getCount()).isOne();
        } finally {
            free.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody freed the thread");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
