// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.api.HostPort;
import org.sallyport.api.State;
import org.sallyport.api.Verdict;
import org.sallyport.api.event.Event;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Resource;

/**
 * What a protocol has to keep that knows its applications' language: they speak first, and each question gets one answer. In each
 * direction and across event loops, with sockets at both ends.
 */
@ParameterizedClass
@EnumSource(Way.class)
@SuppressWarnings("NullAway.Init") // the fields are set before each test
public abstract class LanguageContract extends ProtocolFixture {
    private static final int SMALL = 20;
    private static final int LARGE = 4 << 20;
    /** More than all buffers on the way take. */
    private static final int MUCH = 48 << 20;

    private Speech speech;

    /** {@return its language} */
    protected abstract Speech speech();

    @BeforeEach
    void learn() {
        speech = speech();
    }

    // ------------------------------------------------------------------ questions and answers

    @Test
    void questionsAreAnsweredOneAfterTheOther() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(speech.question(SMALL));
            try (Conversation resource = held.next()) {
                for (int i = 1; i <= 3; i++) {
                    assertThat(speech.readQuestion(in(resource))).isEqualTo(SMALL * i);
                    resource.send(speech.answer(i));
                    assertThat(speech.readAnswer(in(application))).isEqualTo(i);
                    application.send(speech.question(SMALL * (i + 1)));
                }
            }
        }
    }

    @Test
    void questionsInOneGoKeepTheirOrder() throws IOException {
        int many = 30;
        ByteArrayOutputStream questions = new ByteArrayOutputStream();
        for (int i = 1; i <= many; i++) {
            questions.write(speech.question(i));
        }
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(questions.toByteArray());
            try (Conversation resource = held.next()) {
                for (int i = 1; i <= many; i++) {
                    int asked = speech.readQuestion(in(resource));
                    assertThat(asked).isEqualTo(i);
                    resource.send(speech.answer(asked));
                }
                for (int i = 1; i <= many; i++) {
                    assertThat(speech.readAnswer(in(application))).isEqualTo(i);
                }
            }
        }
    }

    @Test
    void whatComesByteByByteIsUnderstood() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.socket().setTcpNoDelay(true);
            for (byte octet : speech.question(SMALL)) {
                application.send(new byte[] {octet});
            }
            try (Conversation resource = held.next()) {
                resource.socket().setTcpNoDelay(true);
                assertThat(speech.readQuestion(in(resource))).isEqualTo(SMALL);
                for (byte octet : speech.answer(SMALL)) {
                    resource.send(new byte[] {octet});
                }
                assertThat(speech.readAnswer(in(application))).isEqualTo(SMALL);
            }
        }
    }

    @Test
    void largeQuestionsAndAnswersArePassedOn() throws Exception {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            CompletableFuture<Void> sent = sends(application, speech.question(LARGE));
            try (Conversation resource = held.next()) {
                assertThat(speech.readQuestion(in(resource))).isEqualTo(LARGE);
                sent.get(20, TimeUnit.SECONDS);
                sent = sends(resource, speech.answer(LARGE));
                assertThat(speech.readAnswer(in(application))).isEqualTo(LARGE);
                sent.get(20, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void anApplicationThatEndsIsStillAnswered() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(speech.question(SMALL)).end();
            try (Conversation resource = held.next()) {
                assertThat(speech.readQuestion(in(resource))).isEqualTo(SMALL);
                resource.send(speech.answer(SMALL)).end();
                assertThat(speech.readAnswer(in(application))).isEqualTo(SMALL);
                assertThat(application.receiveAll()).isEmpty();
            }
        }
        awaitNothingLeft();
    }

    // ------------------------------------------------------------------ trouble

    @Test
    void whoIsNotReachedIsSpokenOfInTheLanguage() throws IOException {
        try (Resource refusing = Resource.refusing();
                Conversation application = Conversation.connect(ends.attach().listening(refusing.address()))) {
            String said = application.send(speech.question(SMALL)).receiveAll();
            assertThat(speech.isNotReached(said)).as(said).isTrue();
        }
        assertThat(ends.ingress().events().await(Event.FlowRefused.class).code())
                .isEqualTo("CONNECTION_REFUSED");
        awaitNothingLeft();
    }

    @Test
    void whatTheRulesForbidIsNotDialledAndSpokenOfWithoutTheRule() throws IOException {
        ends.attach((host, port, address) -> new Verdict.Denied(Verdict.Source.ACL, "the rule is nobody's business"));
        try (Resource echo = Resource.echo();
                Conversation application = Conversation.connect(ends.listening(echo.address()))) {
            String said = application.send(speech.question(SMALL)).receiveAll();
            assertThat(said).isNotEmpty().doesNotContain("nobody's business");
            assertThat(echo.served()).isZero();
        }
        assertThat(ends.ingress().events().await(Event.FlowRefused.class).code())
                .isEqualTo("DENIED");
    }

    @Test
    void aResetOfTheResourceWithinItsAnswerIsNotTakenForAnEnd() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(speech.question(SMALL));
            try (Conversation resource = held.next()) {
                assertThat(speech.readQuestion(in(resource))).isEqualTo(SMALL);
                byte[] answer = speech.answer(1000);
                resource.socket().getOutputStream().write(answer, 0, answer.length / 2);
                assertThat(application.receive(10)).hasSize(10);
                resource.reset();
            }
            application.socket().getInputStream().skipNBytes(speech.answer(1000).length / 2 - 10);
            assertThat(application.isResetNext()).isTrue();
        }
    }

    @Test
    void aResetOfTheApplicationReachesTheResource() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(speech.question(SMALL));
            try (Conversation resource = held.next()) {
                assertThat(speech.readQuestion(in(resource))).isEqualTo(SMALL);
                application.reset();
                assertThat(resource.isResetNext()).isTrue();
            }
        }
        awaitNothingLeft();
    }

    @Test
    void aStalledResourceStopsItsApplication() throws Exception {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            CompletableFuture<Void> sent = sends(application, speech.question(MUCH));
            try (Conversation resource = held.next()) {
                awaitStandstill();
                assertThat(sent).isNotDone();
                assertThat(speech.readQuestion(in(resource))).isEqualTo(MUCH);
                sent.get(20, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void aStalledApplicationStopsItsResource() throws Exception {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(speech.question(SMALL));
            try (Conversation resource = held.next()) {
                assertThat(speech.readQuestion(in(resource))).isEqualTo(SMALL);
                CompletableFuture<Void> sent = sends(resource, speech.answer(MUCH));
                awaitStandstill();
                assertThat(sent).isNotDone();
                assertThat(speech.readAnswer(in(application))).isEqualTo(MUCH);
                sent.get(20, TimeUnit.SECONDS);
            }
        }
    }

    // ------------------------------------------------------------------ changes

    @Test
    void aProtocolThatGoesLetsAnAnswerFinish() throws Exception {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(speech.question(SMALL));
            try (Conversation resource = held.next()) {
                assertThat(speech.readQuestion(in(resource))).isEqualTo(SMALL);
                CompletableFuture<Void> removed = CompletableFuture.runAsync(ends::removeProtocol);
                Await.until("the destination waits", () -> ends.status(ends.only())
                        .state()
                        .equals(new State.Waiting("protocol " + name() + " is not installed")));
                assertThat(removed).isNotDone();
                resource.send(speech.answer(SMALL));
                assertThat(speech.readAnswer(in(application))).isEqualTo(SMALL);
                application.end();
                assertThat(application.receiveAll()).isEmpty();
                resource.end();
                removed.get(20, TimeUnit.SECONDS);
            }
        }
        awaitNothingLeft();
    }

    @Test
    void aProtocolThatGoesResetsWhatHasNotFinishedInTime() throws Exception {
        ends.times(Duration.ZERO, Duration.ofMillis(300));
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(speech.question(SMALL));
            try (Conversation resource = held.next()) {
                assertThat(speech.readQuestion(in(resource))).isEqualTo(SMALL);
                ends.removeProtocol();
                assertThat(application.isResetNext()).isTrue();
            }
        }
    }

    @Test
    void aConnectionWaitsForAClientWhileThereIsNone() throws IOException {
        try (Resource held = Resource.held()) {
            ends.times(Duration.ofSeconds(20), Duration.ofSeconds(10));
            HostPort listening = ends.attach().listening(held.address());
            ends.loseAll();
            Await.until("the tunnel is gone", () -> !ends.tunnel(0).usable());
            try (Conversation application = Conversation.connect(listening)) {
                application.send(speech.question(SMALL));
                ends.attach();
                ends.applyDialling(1);
                try (Conversation resource = held.next()) {
                    assertThat(speech.readQuestion(in(resource))).isEqualTo(SMALL);
                    resource.send(speech.answer(SMALL));
                    assertThat(speech.readAnswer(in(application))).isEqualTo(SMALL);
                }
            }
        }
    }

    private static InputStream in(Conversation side) throws IOException {
        return side.socket().getInputStream();
    }

    private static CompletableFuture<Void> sends(Conversation side, byte[] bytes) {
        return CompletableFuture.runAsync(() -> {
            try {
                OutputStream out = side.socket().getOutputStream();
                out.write(bytes);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private void awaitNothingLeft() {
        Await.until("no connection is left", () -> ends.status(ends.only()).open() == 0);
        Await.until("no stream is left", () -> ends.tunnel(0).openStreams() == 0);
        assertThat(ends.ingress().limits().earlyBytes().taken()).isZero();
    }

    /** Returns when bytes went through, and no more do. */
    private void awaitStandstill() {
        long[] before = {0, System.nanoTime()};
        Await.until("the stalled side stops the other", () -> {
            var status = ends.status(ends.only());
            long now = status.bytesIn() + status.bytesOut();
            if (now != before[0] || now == 0) {
                before[0] = now;
                before[1] = System.nanoTime();
            }
            return System.nanoTime() - before[1] > TimeUnit.MILLISECONDS.toNanos(500);
        });
    }
}
