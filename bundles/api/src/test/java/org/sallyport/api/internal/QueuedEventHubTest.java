// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Registration;
import org.sallyport.api.event.Event;

@Timeout(20)
final class QueuedEventHubTest {
    private final QueuedEventHub hub = new QueuedEventHub();

    @AfterEach
    void stop() throws InterruptedException {
        hub.stop();
    }

    @Test
    void everySubscriberGetsEveryEventInOrderAlsoWhenAnotherFails() throws Exception {
        List<Event> seen = new CopyOnWriteArrayList<>();
        CountDownLatch all = new CountDownLatch(100);
        hub.subscribe(event -> {
            throw new IllegalStateException("told to fail");
        });
        hub.subscribe(event -> {
            seen.add(event);
            all.countDown();
        });

        for (int i = 0; i < 100; i++) {
            hub.publish(new Event.Changed("test", "step", "" + i));
        }

        assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(seen)
                .extracting(event -> ((Event.Changed) event).subject())
                .startsWith("0", "1", "2")
                .endsWith("99");
    }

    @Test
    void aSubscriberThatIsAsSlowAsCanBeCostsFlowEventsOnlyAndBoundsTheQueue() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch changed = new CountDownLatch(1);
        hub.subscribe(event -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (event instanceof Event.Changed) {
                changed.countDown();
            }
        });
        Event flow = new Event.FlowEnded(
                1, new DestinationId("qsn47KM8iTa_9xQ2b"), null, "127.0.0.1:1", 0, 0, Duration.ZERO, "closed");

        for (int i = 0; i < 20_000; i++) {
            hub.publish(flow);
        }
        hub.publish(new Event.Changed("test", "kept", ""));
        release.countDown();

        assertThat(hub.dropped()).isBetween(9_000L, 10_000L);
        assertThat(changed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void flowsComeInOrderWithAllElseAndAlsoWhenNothingElseComes() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        CountDownLatch all = new CountDownLatch(5);
        hub.subscribe(event -> {
            seen.add(event instanceof Event.FlowRefused flow ? "flow " + flow.flow() : "other");
            all.countDown();
        });

        hub.publish(refused(1));
        hub.publish(new Event.ClientReady());
        hub.publish(refused(2));
        hub.publish(new Event.ClientReady());
        hub.publish(refused(3));

        assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(seen).containsExactly("flow 1", "other", "flow 2", "other", "flow 3");
    }

    private static Event refused(long flow) {
        return new Event.FlowRefused(flow, new DestinationId("qsn47KM8iTa_9xQ2b"), "127.0.0.1:1", "busy", "");
    }

    @Test
    void whoComesLateHearsThePastFirstAndThenWhatFollows() throws Exception {
        hub.publish(new Event.ClientReady());
        hub.publish(refused(1));
        for (int i = 0; i < 1_000; i++) {
            hub.publish(new Event.Changed("test", "step", "" + i));
        }
        List<Event> seen = new CopyOnWriteArrayList<>();
        CountDownLatch last = new CountDownLatch(1);

        hub.subscribeWithPast(event -> {
            seen.add(event);
            if (event instanceof Event.NothingLeftToAttach) {
                last.countDown();
            }
        });
        hub.publish(new Event.NothingLeftToAttach());

        assertThat(last.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(seen).hasSize(1_001);
        assertThat(seen.get(0)).isEqualTo(new Event.Changed("test", "step", "0"));
    }

    @Test
    void aLateSubscriptionThatEndsAtOnceHearsNothingMore() throws Exception {
        CountDownLatch before = new CountDownLatch(1);
        CountDownLatch after = new CountDownLatch(1);
        hub.subscribe(event -> (event instanceof Event.ClientReady ? before : after).countDown());
        List<Event> seen = new CopyOnWriteArrayList<>();
        hub.publish(new Event.ClientReady());
        assertThat(before.await(10, TimeUnit.SECONDS)).isTrue();

        hub.subscribeWithPast(seen::add).close();
        int heard = seen.size();
        hub.publish(new Event.NothingLeftToAttach());

        assertThat(after.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(seen).hasSize(heard);
    }

    @Test
    void nothingArrivesAfterASubscriptionWasEnded() throws Exception {
        List<Event> ended = new CopyOnWriteArrayList<>();
        CountDownLatch after = new CountDownLatch(1);
        Registration registration = hub.subscribe(ended::add);
        registration.close();
        hub.subscribe(event -> after.countDown());

        hub.publish(new Event.ClientReady());

        assertThat(after.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ended).isEmpty();
    }
}
