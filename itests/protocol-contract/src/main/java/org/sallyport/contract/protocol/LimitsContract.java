// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.HostPort;
import org.sallyport.api.SourceAccess;
import org.sallyport.api.SourceRule;
import org.sallyport.api.event.Event;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Pattern;
import org.sallyport.testkit.resource.Resource;

/** Limits, back-pressure and fair shares. */
interface LimitsContract extends ContractTest {
    int MUCH = 64 << 20;
    int UNASKED = 40_000;

    @Test
    default void aConnectionWithoutAByteForTooLongIsReset() throws IOException {
        DestinationOptions idle = DestinationOptions.DEFAULTS.withIdleTimeout(Duration.ofSeconds(1));
        try (Resource echo = Resource.echo();
                Conversation application = Conversation.connect(ends().attach().listening(echo.address(), idle))) {
            application.send("hello");
            assertThat(application.receive(5)).isEqualTo("hello");
            assertThat(application.isResetNext()).isTrue();
            assertThat(ends().ingress().events().await(Event.FlowEnded.class).end())
                    .isEqualTo("idle for 1 s");
        }
    }

    @Test
    default void onlySourcesThatARuleLetsInConnect() throws IOException {
        DestinationOptions others =
                DestinationOptions.DEFAULTS.withSources(new SourceAccess(true, List.of(SourceRule.parse("192.0.2.1"))));
        try (Resource echo = Resource.echo()) {
            HostPort listening = ends().attach().listening(echo.address(), others);
            assertThat(Conversation.isReset(listening)).isTrue();
            Event.FlowRefused refused = ends().ingress().events().await(Event.FlowRefused.class);
            assertThat(refused.code()).isEqualTo("DENIED");
            assertThat(refused.reason())
                    .contains("destination:rule " + ends().only().id() + " add 127.0.0.1");
            ends().change(ends().only()
                    .withOptions(others.withSources(others.sources().with(SourceRule.parse("127.0.0.0/8")))));
            ends().apply();
            try (Conversation application = Conversation.connect(listening)) {
                application.send("hello");
                assertThat(application.receive(5)).isEqualTo("hello");
            }
        }
    }

    @Test
    default void oneConnectionTooManyIsResetAndRoomIsMadeWhenOneEnds() throws IOException {
        DestinationOptions two = DestinationOptions.DEFAULTS.withMaxConnections(2);
        try (Resource echo = Resource.echo()) {
            HostPort listening = ends().attach().listening(echo.address(), two);
            try (Conversation first = Conversation.connect(listening)) {
                first.send("one");
                assertThat(first.receive(3)).isEqualTo("one");
                try (Conversation second = Conversation.connect(listening)) {
                    second.send("two");
                    assertThat(second.receive(3)).isEqualTo("two");
                    assertThat(Conversation.isReset(listening)).isTrue();
                    Event.FlowRefused refused = ends().ingress().events().await(Event.FlowRefused.class);
                    assertThat(refused.code()).isEqualTo("TOO_MANY");
                    assertThat(refused.reason()).isEqualTo("the limit of 2 connections is reached");
                    assertThat(ends().status(ends().only()).refused()).isOne();
                }
                Await.until(
                        "one of two has ended",
                        () -> ends().status(ends().only()).open() == 1);
                try (Conversation fourth = Conversation.connect(listening)) {
                    fourth.send("four");
                    assertThat(fourth.receive(4)).isEqualTo("four");
                }
            }
        }
    }

    @Test
    default void aStalledResourceStopsItsApplicationAndNobodyElse() throws Exception {
        try (Resource held = Resource.held();
                Resource echo = Resource.echo()) {
            HostPort stalling = ends().attach().listening(held.address());
            HostPort echoing = ends().listening(echo.address());
            try (Conversation application = Conversation.connect(stalling);
                    Conversation resource = held.next()) {
                CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                    try {
                        Pattern.write(application.socket().getOutputStream(), MUCH);
                        application.end();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
                awaitStandstill();
                assertThat(ends().status(ends().only()).bytesIn()).isLessThan(16 << 20);
                try (Conversation other = Conversation.connect(echoing)) {
                    other.send("hello");
                    assertThat(other.receive(5)).isEqualTo("hello");
                }
                assertThat(Pattern.readToEnd(resource.socket().getInputStream()))
                        .isEqualTo(MUCH);
                sent.get(20, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    default void aStalledApplicationStopsItsResource() throws Exception {
        try (Resource source = Resource.source(MUCH);
                Conversation application = Conversation.connect(ends().attach().listening(source.address()))) {
            awaitStandstill();
            assertThat(ends().status(ends().only()).bytesOut()).isLessThan(16 << 20);
            application.end();
            assertThat(Pattern.readToEnd(application.socket().getInputStream())).isEqualTo(MUCH);
        }
    }

    /** Returns when bytes went through, and no more do. */
    private void awaitStandstill() {
        long[] before = {0, System.nanoTime()};
        Await.until("the stalled side stops the other", () -> {
            var status = ends().status(ends().only());
            long now = status.bytesIn() + status.bytesOut();
            if (now != before[0] || now == 0) {
                before[0] = now;
                before[1] = System.nanoTime();
            }
            return System.nanoTime() - before[1] > TimeUnit.MILLISECONDS.toNanos(500);
        });
    }

    /** More than the resource's system takes unasked would be lost, as it is without a tunnel: a reset does not wait. */
    @Test
    default void whatIsSentToAStalledResourceBeforeAResetIsDelivered() throws Exception {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends().attach().listening(held.address()));
                Conversation resource = held.next()) {
            application.send(Pattern.bytes(UNASKED));
            Await.until(
                    "all was read from the application",
                    () -> ends().status(ends().only()).bytesIn() == UNASKED);
            application.reset();
            byte[] read = resource.socket().getInputStream().readNBytes(UNASKED);
            assertThat(read).isEqualTo(Pattern.bytes(UNASKED));
            assertThat(resource.isResetNext()).isTrue();
        }
    }

    @Test
    default void manyConnectionsAtOnceAreAllServed() throws Exception {
        try (Resource sink = Resource.sink()) {
            HostPort listening = ends().attach().listening(sink.address());
            List<Conversation> applications = new ArrayList<>();
            try {
                for (int i = 0; i < 200; i++) {
                    applications.add(Conversation.connect(listening).send(Pattern.bytes(1_000 + i)));
                }
                for (int i = 0; i < applications.size(); i++) {
                    Conversation application = applications.get(i).end();
                    byte[] answer = application.socket().getInputStream().readAllBytes();
                    assertThat(ByteBuffer.wrap(answer).getLong()).isEqualTo(1_000 + i);
                }
            } finally {
                for (Conversation application : applications) {
                    application.close();
                }
            }
            Await.until(
                    "all connections have ended",
                    () -> ends().status(ends().only()).open() == 0);
            Await.until("all streams have ended", () -> ends().tunnel(0).openStreams() == 0);
            assertThat(ends().ingress().limits().earlyBytes().taken()).isZero();
            assertThat(ends().dialling(0).limits().dials().taken()).isZero();
        }
    }
}
