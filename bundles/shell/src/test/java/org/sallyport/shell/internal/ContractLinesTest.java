// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.ClientId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Registration;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;

@Timeout(20)
final class ContractLinesTest {
    private static final GatewayId GATEWAY = new GatewayId(FakeServer.GATEWAY);
    private static final ClientId CLIENT = new ClientId(FakeServer.CLIENT);
    private static final CompletionStage<?> SEEN = CompletableFuture.completedFuture(null);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final DirectHub hub = new DirectHub();
    private final CompletableFuture<Integer> end = new CompletableFuture<>();

    private ContractLines start(CompletionStage<?> server) {
        return new ContractLines(new PrintStream(out, true, UTF_8), hub, server, SEEN, end::complete);
    }

    @Test
    void everyEventOfTheContractIsALine() {
        start(SEEN);

        hub.publish(new Event.ServerReady(new HostPort("0.0.0.0", 9000)));
        hub.publish(new Event.ClientReady());
        hub.publish(new Event.Attached(GATEWAY, CLIENT, FakeServer.KEY, "edge-1", "192.0.2.7:1", true));
        hub.publish(new Event.Detached(GATEWAY, CLIENT, "drained"));
        hub.publish(new Event.Detached(GATEWAY, CLIENT, "the peer went away"));
        hub.publish(new Event.AttachRefused(GATEWAY, "token-expired", "It has \"expired\"\n.", null, "192.0.2.7:1"));
        hub.publish(new Event.AttachRefused(null, "busy", "Later.", Duration.ofMillis(1500), "192.0.2.7:1"));
        hub.publish(new Event.Changed("shell", "gateway:create", "x"));

        assertThat(out.toString(UTF_8))
                .isEqualTo(
                        """
                        ready: server tunnel=0.0.0.0:9000
                        ready: client
                        attached: gateway=qsn47KM8iTa_local client=qsn47KM8iTa_3R2
                        detached: gateway=qsn47KM8iTa_local client=qsn47KM8iTa_3R2 reason=drained
                        detached: gateway=qsn47KM8iTa_local client=qsn47KM8iTa_3R2 reason="the peer went away"
                        refused: gateway=qsn47KM8iTa_local code=token-expired text="It has 'expired' ." retry=never
                        refused: gateway=unknown code=busy text="Later." retry=2
                        """);
    }

    @Test
    void readyWaitsForTheRolesCommandsAndKeepsTheOrder() {
        CompletableFuture<Void> commands = new CompletableFuture<>();
        start(commands);

        hub.publish(new Event.ServerReady(new HostPort("0.0.0.0", 9000)));
        hub.publish(new Event.Attached(GATEWAY, CLIENT, FakeServer.KEY, "edge-1", "192.0.2.7:1", true));
        assertThat(out.size()).isZero();

        commands.complete(null);
        assertThat(out.toString(UTF_8)).startsWith("ready: server").contains("\nattached: ");
    }

    @Test
    void nothingLeftToAttachEndsTheProcessAfterTheLastLine() throws Exception {
        start(SEEN);

        hub.publish(new Event.AttachRefused(GATEWAY, "token-expired", "It has expired.", null, "192.0.2.7:1"));
        hub.publish(new Event.NothingLeftToAttach());

        assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo(5);
        assertThat(out.toString(UTF_8)).startsWith("refused: ");
    }

    @Test
    void aRoleThatCannotStartEndsTheProcess() throws Exception {
        start(SEEN);

        hub.publish(new Event.StartFailed("the port is taken"));

        assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(out.size()).isZero();
    }

    @Test
    void aRoleThatWasReadyAndIsReplacedDoesNotEndTheProcess() {
        start(SEEN);
        hub.publish(new Event.ServerReady(new HostPort("0.0.0.0", 9000)));

        hub.publish(new Event.StartFailed("the port is taken"));

        assertThat(end).isNotDone();
    }

    @Test
    void afterItsEndNothingIsPrinted() {
        start(SEEN).stop();

        hub.publish(new Event.ClientReady());

        assertThat(out.size()).isZero();
    }

    /** Tells its one subscriber at once, on the test's thread. */
    private static final class DirectHub implements EventHub {
        private Consumer<Event> subscriber = event -> {};

        @Override
        public void publish(Event event) {
            subscriber.accept(event);
        }

        @Override
        public Registration subscribe(Consumer<Event> added) {
            subscriber = added;
            return () -> subscriber = event -> {};
        }

        @Override
        public Registration subscribeWithPast(Consumer<Event> added) {
            return subscribe(added);
        }

        @Override
        public long dropped() {
            return 0;
        }
    }
}
