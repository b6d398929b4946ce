// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.api.HostPort;
import org.sallyport.spi.Protocol;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Pattern;
import org.sallyport.testkit.resource.Resource;

/** What a protocol that carries bytes as they are has to keep. */
@ParameterizedClass
@EnumSource(Way.class)
@Timeout(60)
@SuppressWarnings("NullAway.Init") // the fields are set before each test
public abstract class ProtocolContract {
    private static final int LARGE = 24 << 20;

    @Parameter
    Way way;

    TwoEnds ends;

    /** {@return the protocol under test, a new one for each test} */
    protected abstract Protocol protocol();

    /** {@return the name that it is installed under} */
    protected abstract String name();

    /** {@return the kind of event loops, empty for the best} */
    protected String io() {
        return "";
    }

    @BeforeEach
    void open() {
        Properties system = new Properties();
        system.setProperty("sallyport.io", io());
        ends = new TwoEnds(way, system, name(), protocol());
    }

    @AfterEach
    void close() throws Exception {
        ends.close();
    }

    @Test
    void whatTheResourceAnswersReachesTheApplication() throws IOException {
        try (Resource echo = Resource.echo();
                Conversation application = Conversation.connect(ends.attach().listening(echo.address()))) {
            application.send("hello");
            assertThat(application.receive(5)).isEqualTo("hello");
            application.send("again");
            assertThat(application.receive(5)).isEqualTo("again");
        }
    }

    @Test
    void theApplicationsEndReachesTheResourceWhileItsAnswerIsStillToCome() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send("question").end();
            try (Conversation resource = held.next()) {
                assertThat(resource.receiveAll()).isEqualTo("question");
                resource.send("answer");
            }
            assertThat(application.receiveAll()).isEqualTo("answer");
        }
    }

    @Test
    void theResourcesEndReachesTheApplicationWhichMaySendOn() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            try (Conversation resource = held.next()) {
                resource.send("greeting").end();
                assertThat(application.receiveAll()).isEqualTo("greeting");
                application.send("after the end").end();
                assertThat(resource.receiveAll()).isEqualTo("after the end");
            }
        }
    }

    @Test
    void aLargeUploadArrivesUnchanged() throws IOException {
        try (Resource sink = Resource.sink();
                Conversation application = Conversation.connect(ends.attach().listening(sink.address()))) {
            Pattern.write(application.socket().getOutputStream(), LARGE);
            application.end();
            byte[] answer = application.socket().getInputStream().readAllBytes();
            assertThat(ByteBuffer.wrap(answer).getLong()).isEqualTo(LARGE);
        }
    }

    @Test
    void aLargeDownloadArrivesUnchanged() throws IOException {
        HostPort listening;
        try (Resource source = Resource.source(LARGE)) {
            listening = ends.attach().listening(source.address());
            try (Conversation application = Conversation.connect(listening)) {
                application.end();
                assertThat(Pattern.readToEnd(application.socket().getInputStream()))
                        .isEqualTo(LARGE);
            }
        }
    }

    @Test
    void aResetOfTheApplicationReachesTheResourceAfterWhatWasSentBefore() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            try (Conversation resource = held.next()) {
                application.send("last words");
                assertThat(resource.receive(4)).isEqualTo("last");
                application.reset();
                assertThat(resource.receive(6)).isEqualTo(" words");
                assertThat(resource.isResetNext()).isTrue();
            }
        }
    }

    @Test
    void aResetOfTheResourceReachesTheApplicationAfterWhatWasSentBefore() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send("x");
            try (Conversation resource = held.next()) {
                assertThat(resource.receive(1)).isEqualTo("x");
                resource.send("last words").reset();
            }
            assertThat(application.receive(10)).isEqualTo("last words");
            assertThat(application.isResetNext()).isTrue();
        }
    }
}
