// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.HostPort;
import org.sallyport.api.State;
import org.sallyport.api.event.Event;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Resource;

/** Configuration, clients and the protocol itself come and go under traffic. */
interface ChangesContract extends ContractTest {
    @Test
    default void aDisabledDestinationClosesItsPortAndLetsItsConnectionsFinish() throws IOException {
        try (Resource echo = Resource.echo()) {
            HostPort listening = ends().attach().listening(echo.address());
            try (Conversation application = echoing(listening)) {
                Destination destination = ends().only();
                ends().change(destination.withEnabled(false));
                assertThat(ends().apply().get(destination.id())).isEqualTo(new State.Disabled(""));
                assertNobodyListens(listening);
                application.send("still here");
                assertThat(application.receive(10)).isEqualTo("still here");
                ends().change(destination);
                assertThat(ends().apply().get(destination.id())).isEqualTo(new State.Listening(listening, ""));
                echoing(listening).close();
            }
        }
    }

    @Test
    default void whatHasNotFinishedAtTheDrainDeadlineIsReset() throws IOException {
        ends().times(Duration.ZERO, Duration.ofMillis(300));
        try (Resource echo = Resource.echo()) {
            HostPort listening = ends().attach().listening(echo.address());
            try (Conversation application = echoing(listening)) {
                Destination destination = ends().only();
                ends().remove(destination);
                ends().apply();
                assertNobodyListens(listening);
                assertThat(application.isResetNext()).isTrue();
                assertThat(ends().ingress().gateway().status(destination.id())).isNull();
            }
        }
    }

    @Test
    default void aDisabledGatewayClosesItsPorts() throws IOException {
        try (Resource echo = Resource.echo()) {
            HostPort listening = ends().attach().listening(echo.address());
            ends().gatewayEnabled(false);
            assertThat(ends().apply().get(ends().only().id())).isEqualTo(new State.Disabled("the gateway is disabled"));
            assertNobodyListens(listening);
        }
    }

    @Test
    default void anUnchangedDestinationIsNotTouchedByOtherChanges() throws IOException {
        try (Resource echo = Resource.echo();
                Resource other = Resource.echo()) {
            HostPort listening = ends().attach().listening(echo.address());
            Destination destination = ends().only();
            try (Conversation application = echoing(listening)) {
                HostPort second = ends().listening(other.address());
                echoing(second).close();
                ends().change(new Destination(
                        destination.id(),
                        destination.gateway(),
                        "renamed",
                        destination.direction(),
                        destination.protocol(),
                        destination.resource(),
                        destination.listenPort(),
                        true,
                        DestinationOptions.DEFAULTS
                                .withConnectTimeout(Duration.ofSeconds(5))
                                .withMaxConnections(7)));
                ends().apply();
                application.send("still here");
                assertThat(application.receive(10)).isEqualTo("still here");
                assertThat(ends().ingress().events().count(Event.DestinationChanged.class))
                        .as("each destination began to listen, and nothing else happened to them")
                        .isEqualTo(2);
            }
        }
    }

    @Test
    default void twoDestinationsMayExchangeTheirPorts() throws IOException {
        try (Resource echo = Resource.echo();
                Resource source = Resource.source(3)) {
            HostPort first = ends().attach().listening(echo.address());
            HostPort second = ends().listening(source.address());
            Destination one = ends().only();
            ends().change(withPort(one, second.port()));
            ends().change(withPort(ends().destinationAt(1), first.port()));
            assertThat(ends().apply().values()).allMatch(State.Listening.class::isInstance);
            echoing(second).close();
        }
    }

    private static Destination withPort(Destination destination, int port) {
        return new Destination(
                destination.id(),
                destination.gateway(),
                destination.name(),
                destination.direction(),
                destination.protocol(),
                destination.resource(),
                port,
                destination.enabled(),
                destination.options());
    }

    @Test
    default void withoutAClientThePortIsClosedAndItComesBackWithTheNext() throws IOException {
        try (Resource echo = Resource.echo()) {
            Destination destination = ends().destination(echo.address(), DestinationOptions.DEFAULTS);
            ends().attach();
            ends().apply();
            HostPort listening =
                    TwoEnds.listening(destination, ends().status(destination).state());
            try (Conversation application = echoing(listening)) {
                ends().loseAll();
                assertThat(application.isResetNext()).isTrue();
                Await.until(
                        "the destination waits",
                        () -> ends().status(destination).state().equals(new State.Waiting("no client is attached")));
                awaitNobodyListens(listening);
            }
            ends().attach();
            ends().applyDialling(1);
            Await.until("it listens again", () -> ends().status(destination).state() instanceof State.Listening);
            echoing(listening).close();
        }
    }

    @Test
    default void aProtocolThatGoesWaitsForItsConnections() throws Exception {
        try (Resource echo = Resource.echo()) {
            HostPort listening = ends().attach().listening(echo.address());
            try (Conversation application = echoing(listening)) {
                CompletableFuture<Void> removed = CompletableFuture.runAsync(
                        () -> ends().ingress().protocols().remove(service()));
                Await.until("the destination waits", () -> ends().status(ends().only())
                        .state()
                        .equals(new State.Waiting("protocol " + protocolName() + " is not installed")));
                awaitNobodyListens(listening);
                application.send("still here");
                assertThat(application.receive(10)).isEqualTo("still here");
                assertThat(removed).isNotDone();
                application.end();
                assertThat(application.receiveAll()).isEmpty();
                removed.get(20, TimeUnit.SECONDS);
            }
            ends().ingress().protocols().add(protocolName(), service(), 0, 5);
            Await.until("it listens again", () -> ends().status(ends().only()).state() instanceof State.Listening);
            echoing(listening).close();
        }
    }

    @Test
    default void aProtocolThatGoesResetsWhatHasNotFinishedInTime() throws Exception {
        ends().times(Duration.ZERO, Duration.ofMillis(300));
        try (Resource echo = Resource.echo();
                Conversation application = echoing(ends().attach().listening(echo.address()))) {
            ends().ingress().protocols().remove(service());
            assertThat(application.isResetNext()).isTrue();
            assertThat(ends().ingress().events().await(Event.FlowEnded.class).end())
                    .isEqualTo("protocol " + protocolName() + " was removed");
        }
    }

    @Test
    default void anEndThatDialsWithoutTheProtocolRefuses() throws Exception {
        try (Resource echo = Resource.echo()) {
            HostPort listening = ends().attach().listening(echo.address());
            ends().dialling(0).protocols().remove(service());
            assertThat(Conversation.isReset(listening)).isTrue();
            assertThat(ends().ingress().events().await(Event.FlowRefused.class).code())
                    .isEqualTo("PROTOCOL_MISSING");
        }
    }

    private static Conversation echoing(HostPort listening) throws IOException {
        Conversation application = Conversation.connect(listening);
        application.send("hello");
        assertThat(application.receive(5)).isEqualTo("hello");
        return application;
    }

    /** The state tells what was decided; the port follows. */
    private static void awaitNobodyListens(HostPort where) {
        Await.until("the port is closed", () -> {
            try {
                Conversation.connect(where).close();
                return false;
            } catch (ConnectException refused) {
                return true;
            } catch (IOException reset) {
                return false;
            }
        });
    }

    private static void assertNobodyListens(HostPort where) {
        assertThatThrownBy(() -> Conversation.connect(where).close()).isInstanceOf(ConnectException.class);
    }
}
