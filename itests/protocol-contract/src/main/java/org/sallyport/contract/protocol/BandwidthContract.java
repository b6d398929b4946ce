// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.api.Bandwidth;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Pattern;
import org.sallyport.testkit.resource.Resource;

/** How fast a destination's connections are together. */
@ParameterizedClass
@CsvSource({"ON_PREMISES,NONE", "ACROSS_LOOPS,NONE", "CLOUD,NONE"})
public abstract class BandwidthContract extends LegsFixture {
    private static final long RATE = 1 << 20;
    private static final long BEFORE = RATE / 4;
    private static final long SECONDS = 3;
    private static final int MUCH = 64 << 20;

    private final AtomicLong one = new AtomicLong();
    private final AtomicLong other = new AtomicLong();

    @Test
    void applicationsAreGivenTheRateTogetherAndAlike() throws Exception {
        try (Resource source = Resource.source(MUCH)) {
            HostPort listen =
                    ends.attach().listening(source.address(), options().withBandwidth(new Bandwidth(0, RATE)));
            try (Conversation first = Conversation.connect(listen);
                    Conversation second = Conversation.connect(listen)) {
                start(() -> count(first.socket(), one));
                start(() -> count(second.socket(), other));
                assertRateAndShares();
            }
        }
    }

    @Test
    void applicationsGiveTheRateTogetherAndAlike() throws Exception {
        AtomicLong[] counters = {one, other};
        AtomicLong next = new AtomicLong();
        try (Resource sink = Resource.of(socket -> count(socket, counters[(int) next.getAndIncrement()]))) {
            HostPort listen = ends.attach().listening(sink.address(), options().withBandwidth(new Bandwidth(RATE, 0)));
            try (Conversation first = Conversation.connect(listen);
                    Conversation second = Conversation.connect(listen)) {
                start(() -> fill(first.socket()));
                start(() -> fill(second.socket()));
                assertRateAndShares();
            }
        }
    }

    private void assertRateAndShares() {
        Await.until("it flows", () -> one.get() + other.get() > BEFORE);
        long begun = System.nanoTime();
        long before = one.get() + other.get();
        Await.until("time has passed", () -> System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(SECONDS));
        double seconds = (System.nanoTime() - begun) / 1e9;
        double rate = (one.get() + other.get() - before) / seconds;
        assertThat(rate).isCloseTo((double) RATE, within(RATE * 0.1));
        assertThat(Math.min(one.get(), other.get())).isGreaterThan((one.get() + other.get()) / 3);
    }

    @Test
    void aChangeAppliesToConnectionsThatRest() throws Exception {
        Bandwidth little = new Bandwidth(Bandwidth.LEAST, Bandwidth.LEAST);
        try (Resource echo = Resource.echo()) {
            HostPort listen = ends.attach().listening(echo.address(), options().withBandwidth(little));
            try (Conversation application = Conversation.connect(listen)) {
                start(() -> {
                    Pattern.write(application.socket().getOutputStream(), 4 << 20);
                    application.end();
                });
                application.receive(4 << 10);
                ends.change(ends.only().withOptions(options().withBandwidth(Bandwidth.UNLIMITED)));
                ends.apply();
                // 4 minutes at the rate before
                assertThat(application.socket().getInputStream().readAllBytes()).hasSize((4 << 20) - (4 << 10));
            }
        }
    }

    @Test
    void allIsCarriedUnchangedAndTheEndToo() throws Exception {
        try (Resource echo = Resource.echo()) {
            HostPort listen =
                    ends.attach().listening(echo.address(), options().withBandwidth(new Bandwidth(4 * RATE, 4 * RATE)));
            try (Conversation application = Conversation.connect(listen)) {
                start(() -> {
                    Pattern.write(application.socket().getOutputStream(), 1 << 20);
                    application.end();
                });
                assertThat(Pattern.readToEnd(application.socket().getInputStream()))
                        .isEqualTo(1 << 20);
            }
        }
    }

    @Test
    void theResetOfOneThatRestsIsNoticed() throws Exception {
        Bandwidth little = new Bandwidth(Bandwidth.LEAST, 0);
        try (Resource held = Resource.held()) {
            HostPort listen = ends.attach().listening(held.address(), options().withBandwidth(little));
            try (Conversation application = Conversation.connect(listen);
                    Conversation resource = held.next()) {
                application.send(Pattern.bytes(1 << 20));
                resource.receive(4 << 10);
                application.reset();
                Event.FlowEnded ended = ends.ingress().events().await(Event.FlowEnded.class);
                assertThat(ended.end()).isEqualTo("reset");
            }
        }
    }

    @Test
    void newConnectionsAreNoWayAroundIt() throws Exception {
        Bandwidth little = new Bandwidth(0, Bandwidth.LEAST);
        int each = 16 << 10;
        try (Resource source = Resource.source(each)) {
            HostPort listen =
                    ends.attach().listening(source.address(), options().withBandwidth(little));
            long begun = System.nanoTime();
            for (int i = 0; i < 3; i++) {
                try (Conversation application = Conversation.connect(listen)) {
                    assertThat(Pattern.readToEnd(application.end().socket().getInputStream()))
                            .isEqualTo(each);
                }
            }
            // what the last one was given is not paid for yet
            assertThat(System.nanoTime() - begun).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1_800));
        }
        assertThat(List.copyOf(ends.ingress().events().all())).isNotEmpty();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException ended) {
                        // the test is over, or looks at what came of it
                    }
                },
                "test-traffic");
        thread.setDaemon(true);
        thread.start();
    }

    private static void count(Socket from, AtomicLong counter) throws IOException {
        byte[] buffer = new byte[16 << 10];
        for (int read = from.getInputStream().read(buffer);
                read >= 0;
                read = from.getInputStream().read(buffer)) {
            counter.addAndGet(read);
        }
    }

    private static void fill(Socket to) throws IOException {
        OutputStream out = to.getOutputStream();
        byte[] buffer = new byte[16 << 10];
        for (int written = 0; written < MUCH; written += buffer.length) {
            out.write(buffer);
        }
    }
}
