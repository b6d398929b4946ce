// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.HostPort;
import org.sallyport.api.Verdict;
import org.sallyport.api.event.Event;
import org.sallyport.dataplane.internal.io.NameResolver;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Pattern;
import org.sallyport.testkit.resource.Resource;

/** How a connection finds the resource, and what it gets when it doesn't. */
interface OpeningContract extends ContractTest {
    DestinationOptions ONE_SECOND = DestinationOptions.DEFAULTS.withConnectTimeout(Duration.ofSeconds(1));

    @Test
    default void aResourceThatRefusesGivesTheApplicationAReset() throws IOException {
        try (Resource refusing = Resource.refusing()) {
            assertThat(Conversation.isReset(ends().attach().listening(refusing.address())))
                    .isTrue();
            Event.FlowRefused refused = ends().ingress().events().await(Event.FlowRefused.class);
            assertThat(refused.code()).isEqualTo("CONNECTION_REFUSED");
            assertThat(refused.reason()).isEqualTo(refusing.address() + " refused the connection");
        }
    }

    @Test
    default void aResourceThatDoesNotAnswerInTimeGivesTheApplicationAReset() throws IOException {
        try (Resource silent = Resource.neverAnswering();
                Conversation application =
                        Conversation.connect(ends().attach().listening(silent.address(), ONE_SECOND))) {
            assertThat(application.isResetNext()).isTrue();
            assertThat(ends().ingress().events().await(Event.FlowRefused.class).code())
                    .isEqualTo("TIMED_OUT");
        }
    }

    @Test
    default void aNameThatIsNotKnownGivesTheApplicationAReset() throws IOException {
        NameResolver nobody = new NameResolver(name -> {
            throw new UnknownHostException(name);
        });
        ends().attach((host, port, address) -> new Verdict.Allowed("test"), nobody);
        HostPort listening = ends().listening(new HostPort("nowhere.test", 80));
        assertThat(Conversation.isReset(listening)).isTrue();
        Event.FlowRefused refused = ends().ingress().events().await(Event.FlowRefused.class);
        assertThat(refused.code()).isEqualTo("NOT_RESOLVED");
        assertThat(refused.reason()).contains("nowhere.test");
    }

    @Test
    default void whatTheRulesForbidIsNotDialled() throws IOException {
        ends().attach((host, port, address) ->
                new Verdict.Denied(Verdict.Source.ACL, "no rule allows " + host + ":" + port));
        try (Resource echo = Resource.echo()) {
            HostPort listening = ends().listening(echo.address());
            assertThat(Conversation.isReset(listening)).isTrue();
            assertThat(ends().ingress().events().await(Event.FlowRefused.class).code())
                    .isEqualTo("DENIED");
            assertThat(ends().dialling(0)
                            .events()
                            .await(Event.FlowRefused.class)
                            .reason())
                    .isEqualTo("no rule allows " + echo.address());
            assertThat(echo.served()).isZero();
        }
    }

    @Test
    default void anAddressThatTheRulesForbidIsNotDialledWhateverItsName() throws IOException {
        NameResolver rebinding = new NameResolver(name -> List.of(InetAddress.getLoopbackAddress()));
        ends().attach(
                        (host, port, address) -> address != null && address.isLoopbackAddress()
                                ? new Verdict.Denied(Verdict.Source.POLICY, "loopback is not dialled")
                                : new Verdict.Allowed("test"),
                        rebinding);
        try (Resource echo = Resource.echo()) {
            HostPort listening = ends().listening(
                            new HostPort("innocent.test", echo.address().port()));
            assertThat(Conversation.isReset(listening)).isTrue();
            assertThat(ends().ingress().events().await(Event.FlowRefused.class).code())
                    .isEqualTo("DENIED");
            assertThat(echo.served()).isZero();
        }
    }

    @Test
    default void whatWasSentEarlyIsSentAgainToTheNextClient() throws IOException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        NameResolver failing = new NameResolver(name -> {
            asked.countDown();
            awaitLatch(answer);
            throw new UnknownHostException(name);
        });
        NameResolver knowing = new NameResolver(name -> List.of(InetAddress.getLoopbackAddress()));
        ends().attach((host, port, address) -> new Verdict.Allowed("test"), failing)
                .attach((host, port, address) -> new Verdict.Allowed("test"), knowing);
        try (Resource sink = Resource.sink()) {
            HostPort listening = ends().listening(
                            new HostPort("resource.test", sink.address().port()));
            try (Conversation application = Conversation.connect(listening)) {
                application.send(Pattern.bytes(20_000)).end();
                awaitLatch(asked);
                Await.until(
                        "everything was read and sent to the first client",
                        () -> ends().status(ends().only()).bytesIn() == 20_000);
                answer.countDown();
                assertThat(application.socket().getInputStream().readAllBytes())
                        .isEqualTo(new byte[] {0, 0, 0, 0, 0, 0, 20_000 >> 8, (byte) 20_000});
            }
            assertThat(ends().tunnel(0).opens()).isOne();
            assertThat(ends().tunnel(1).opens()).isOne();
        }
        Await.until(
                "nothing is kept of what was sent early",
                () -> ends().ingress().limits().earlyBytes().taken() == 0);
    }

    @Test
    default void aStreamThatWasRefusedIsGoneWhenTheNextIsAnswered() throws IOException {
        try (Resource echo = Resource.echo()) {
            HostPort listening = ends().attachRefusing().attach().listening(echo.address());
            try (Conversation application = Conversation.connect(listening)) {
                application.send("hello");
                assertThat(application.receive(5)).isEqualTo("hello");
                assertThat(ends().tunnel(0).opens()).isOne();
                assertThat(ends().tunnel(0).openStreams()).isZero();
            }
        }
    }

    @Test
    default void noMoreThanTheBoundIsReadBeforeTheAnswer() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        NameResolver slow = new NameResolver(name -> {
            awaitLatch(answer);
            return List.of(InetAddress.getLoopbackAddress());
        });
        ends().attach((host, port, address) -> new Verdict.Allowed("test"), slow);
        try (Resource sink = Resource.sink()) {
            HostPort listening = ends().listening(
                            new HostPort("resource.test", sink.address().port()));
            try (Conversation application = Conversation.connect(listening)) {
                application.send(Pattern.bytes(100_000));
                Await.until(
                        "as much was read as may be kept",
                        () -> ends().status(ends().only()).bytesIn() == 32 * 1024);
                answer.countDown();
                application.end();
                assertThat(application.socket().getInputStream().readAllBytes())
                        .isEqualTo(new byte[] {0, 0, 0, 0, 0, 1, (byte) (100_000 >> 8), (byte) 100_000});
            }
        }
    }

    @Test
    default void aTunnelThatIsLostBeforeAnythingWasSentIsReplacedByTheNext() throws IOException {
        try (Resource echo = Resource.echo()) {
            HostPort listening = ends().attach().attach().listening(echo.address());
            ends().tunnel(0).dropOpens();
            try (Conversation application = Conversation.connect(listening)) {
                Await.until("the first client was asked", () -> ends().tunnel(0).opens() == 1);
                ends().tunnel(0).close("lost");
                Await.until(
                        "the second client was asked", () -> ends().tunnel(1).opens() == 1);
                application.send("hello");
                assertThat(application.receive(5)).isEqualTo("hello");
            }
        }
    }

    @Test
    default void aTunnelThatIsLostAfterPayloadWasSentIsNotReplaced() throws IOException {
        try (Resource echo = Resource.echo()) {
            HostPort listening = ends().attach().attach().listening(echo.address());
            ends().tunnel(0).dropOpens();
            try (Conversation application = Conversation.connect(listening)) {
                application.send("pay 100");
                Await.until("the payload was sent", () -> ends().tunnel(0).sentPayload());
                ends().tunnel(0).close("lost");
                assertThat(application.isResetNext()).isTrue();
                assertThat(ends().tunnel(1).opens()).isZero();
                assertThat(echo.served()).isZero();
            }
        }
    }

    @Test
    default void anOpenWaitsForTheConfigurationThatItReliesOn() throws IOException {
        try (Resource echo = Resource.echo()) {
            ends().attach();
            ends().apply();
            Destination added = ends().destination(echo.address(), DestinationOptions.DEFAULTS);
            ends().newerRevision();
            TwoEnds.await(ends().applyIngress());
            HostPort listening = TwoEnds.listening(added, ends().status(added).state());
            try (Conversation application = Conversation.connect(listening)) {
                application.send("hello");
                Await.until(
                        "the end that dials was asked", () -> ends().tunnel(0).opens() == 1);
                ends().applyDialling(0);
                assertThat(application.receive(5)).isEqualTo("hello");
            }
        }
    }

    @Test
    default void anEndIsCarriedThoughTheOpenWaitsForTheConfigurationThatItReliesOn() throws IOException {
        try (Resource held = Resource.held()) {
            ends().attach();
            ends().apply();
            Destination added = ends().destination(held.address(), DestinationOptions.DEFAULTS);
            ends().newerRevision();
            TwoEnds.await(ends().applyIngress());
            HostPort listening = TwoEnds.listening(added, ends().status(added).state());
            try (Conversation application = Conversation.connect(listening).end()) {
                Await.until("the end was sent", () -> ends().tunnel(0).sentEnd());
                ends().applyDialling(0);
                try (Conversation resource = held.next()) {
                    assertThat(resource.receiveAll()).isEmpty();
                    resource.send("answer").end();
                    assertThat(application.receiveAll()).isEqualTo("answer");
                }
            }
        }
    }

    @Test
    default void aConnectionWaitsForAClientWhileThereIsNone() throws IOException {
        try (Resource echo = Resource.echo()) {
            ends().times(Duration.ofSeconds(20), Duration.ofSeconds(10));
            HostPort listening = ends().attach().listening(echo.address());
            ends().loseAll();
            Await.until("the tunnel is gone", () -> !ends().tunnel(0).usable());
            try (Conversation application = Conversation.connect(listening)) {
                application.send("hello");
                ends().attach();
                ends().applyDialling(1);
                assertThat(application.receive(5)).isEqualTo("hello");
            }
        }
    }

    @Test
    default void aConnectionWaitsForAClientThatIsBusyForAMoment() throws IOException {
        try (Resource echo = Resource.echo()) {
            HostPort listening = ends().attach().listening(echo.address());
            ends().busy(true);
            try (Conversation application = Conversation.connect(listening)) {
                application.send("hello");
                ends().busy(false);
                assertThat(application.receive(5)).isEqualTo("hello");
            }
        }
    }

    @Test
    default void anApplicationThatLeavesWhileItWaitsLeavesNothingBehind() throws IOException {
        try (Resource silent = Resource.neverAnswering()) {
            HostPort listening = ends().attach().listening(silent.address());
            try (Conversation application = Conversation.connect(listening)) {
                application.send("hello");
                Await.until("the client was asked", () -> ends().tunnel(0).opens() == 1);
                application.reset();
            }
            Event.FlowEnded ended = ends().ingress().events().await(Event.FlowEnded.class);
            assertThat(ended.end()).isEqualTo("reset");
            Await.until("the stream is gone", () -> ends().tunnel(0).openStreams() == 0);
        }
    }

    static void awaitLatch(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("not within 20 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
