// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Pattern;
import org.sallyport.testkit.resource.Resource;

/** Bytes, their order, and the ways in which a connection ends. */
interface CarryingContract extends ContractTest {
    int LARGE = 24 << 20;

    @Test
    default void whatTheResourceAnswersReachesTheApplication() throws IOException {
        try (Resource echo = Resource.echo();
                Conversation application = Conversation.connect(ends().attach().listening(echo.address()))) {
            application.send("hello");
            assertThat(application.receive(5)).isEqualTo("hello");
            application.send("again");
            assertThat(application.receive(5)).isEqualTo("again");
        }
    }

    @Test
    default void theResourceMaySpeakFirst() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends().attach().listening(held.address()));
                Conversation resource = held.next()) {
            resource.send("220 ready");
            assertThat(application.receive(9)).isEqualTo("220 ready");
        }
    }

    @Test
    default void theApplicationsEndReachesTheResourceWhileItsAnswerIsStillToCome() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends().attach().listening(held.address()))) {
            application.send("question").end();
            try (Conversation resource = held.next()) {
                assertThat(resource.receiveAll()).isEqualTo("question");
                resource.send("answer");
            }
            assertThat(application.receiveAll()).isEqualTo("answer");
        }
    }

    @Test
    default void anApplicationThatEndsAtOnceIsAnswered() throws IOException {
        try (Resource held = Resource.held()) {
            HostPort listen = ends().attach().listening(held.address());
            for (int i = 0; i < 10; i++) {
                try (Conversation application = Conversation.connect(listen).end();
                        Conversation resource = held.next()) {
                    assertThat(resource.receiveAll()).isEmpty();
                    resource.send("answer").end();
                    assertThat(application.receiveAll()).isEqualTo("answer");
                }
            }
        }
    }

    @Test
    default void aResourceThatEndsAtOnceIsStillToldTheRest() throws IOException {
        try (Resource held = Resource.held()) {
            HostPort listen = ends().attach().listening(held.address());
            for (int i = 0; i < 10; i++) {
                try (Conversation application = Conversation.connect(listen);
                        Conversation resource = held.next().end()) {
                    assertThat(application.receiveAll()).isEmpty();
                    application.send("the rest").end();
                    assertThat(resource.receiveAll()).isEqualTo("the rest");
                }
            }
        }
    }

    @Test
    default void theResourcesEndReachesTheApplicationWhichMaySendOn() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends().attach().listening(held.address()));
                Conversation resource = held.next()) {
            resource.send("greeting").end();
            assertThat(application.receiveAll()).isEqualTo("greeting");
            application.send("after the end").end();
            assertThat(resource.receiveAll()).isEqualTo("after the end");
        }
    }

    @Test
    default void aLargeUploadArrivesUnchanged() throws IOException {
        try (Resource sink = Resource.sink();
                Conversation application = Conversation.connect(ends().attach().listening(sink.address()))) {
            Pattern.write(application.socket().getOutputStream(), LARGE);
            application.end();
            byte[] answer = application.socket().getInputStream().readAllBytes();
            assertThat(ByteBuffer.wrap(answer).getLong()).isEqualTo(LARGE);
        }
    }

    @Test
    default void aLargeDownloadArrivesUnchangedAfterTheApplicationHasEnded() throws IOException {
        try (Resource source = Resource.source(LARGE);
                Conversation application = Conversation.connect(ends().attach().listening(source.address()))) {
            application.end();
            assertThat(Pattern.readToEnd(application.socket().getInputStream())).isEqualTo(LARGE);
        }
    }

    @Test
    default void whatWentEachWayIsCounted() throws IOException {
        try (Resource sink = Resource.sink()) {
            try (Conversation application = Conversation.connect(ends().attach().listening(sink.address()))) {
                Pattern.write(application.socket().getOutputStream(), 100_000);
                application.end();
                assertThat(application.socket().getInputStream().readAllBytes()).hasSize(8);
            }
            Event.FlowEnded ended = ends().ingress().events().await(Event.FlowEnded.class);
            assertThat(ended.bytesIn()).isEqualTo(100_000);
            assertThat(ended.bytesOut()).isEqualTo(8);
            assertThat(ended.end()).isEqualTo("closed");
            assertThat(ended.client()).isNotNull();
            Await.until(
                    "the connection is no longer counted as open",
                    () -> ends().status(ends().only()).open() == 0);
            GatewayPlane.Status status = ends().status(ends().only());
            assertThat(status.bytesIn()).isEqualTo(100_000);
            assertThat(status.bytesOut()).isEqualTo(8);
            assertThat(status.total()).isOne();
        }
    }

    @Test
    default void aResetOfTheApplicationReachesTheResourceAfterWhatWasSentBefore() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends().attach().listening(held.address()));
                Conversation resource = held.next()) {
            application.send("last words");
            assertThat(resource.receive(4)).isEqualTo("last");
            application.reset();
            assertThat(resource.receive(6)).isEqualTo(" words");
            assertThat(resource.isResetNext()).isTrue();
        }
    }

    @Test
    default void aResetOfTheResourceReachesTheApplicationAfterWhatWasSentBefore() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends().attach().listening(held.address()))) {
            application.send("x");
            try (Conversation resource = held.next()) {
                assertThat(resource.receive(1)).isEqualTo("x");
                resource.send("last words").reset();
            }
            assertThat(application.receive(10)).isEqualTo("last words");
            assertThat(application.isResetNext()).isTrue();
        }
    }

    @Test
    default void aResetAfterTheEndIsStillAReset() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends().attach().listening(held.address()));
                Conversation resource = held.next()) {
            application.send("question").end();
            assertThat(resource.receiveAll()).isEqualTo("question");
            resource.send("half an ans").reset();
            assertThat(application.receive(11)).isEqualTo("half an ans");
            assertThat(application.isResetNext()).isTrue();
        }
    }

    @Test
    default void anApplicationThatGoesAwayAfterItsEndIsNoticedAtTheResource() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends().attach().listening(held.address()));
                Conversation resource = held.next()) {
            application.send("question").end();
            assertThat(resource.receiveAll()).isEqualTo("question");
            application.reset();
            Await.until("writing to an application that has gone fails", () -> {
                try {
                    resource.send("answer");
                    return false;
                } catch (IOException reset) {
                    return true;
                }
            });
        }
    }
}
