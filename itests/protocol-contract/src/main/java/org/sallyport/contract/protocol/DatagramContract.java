// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.HostPort;
import org.sallyport.api.SourceAccess;
import org.sallyport.api.SourceRule;
import org.sallyport.api.State;
import org.sallyport.api.Verdict;
import org.sallyport.api.event.Event;
import org.sallyport.spi.ProbeStep;
import org.sallyport.spi.Protocol;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.DatagramPeer;

/** What a protocol that carries datagrams as they are has to keep, in each direction and across event loops. */
@ParameterizedClass
@EnumSource(Way.class)
@Timeout(60)
@SuppressWarnings("NullAway.Init") // the fields are set before each test
public abstract class DatagramContract {
    private static final DestinationOptions STANDARD = DestinationOptions.DEFAULTS;

    @Parameter
    Way way;

    private TwoEnds ends;
    private DatagramPeer application;

    /** {@return the protocol under test, a new one for each test} */
    protected abstract Protocol protocol();

    /** {@return the name that it is installed under} */
    protected abstract String name();

    /** {@return the kind of event loops, empty for the best} */
    protected String io() {
        return "";
    }

    /** {@return whether datagrams without bytes can be sent} */
    protected boolean carriesEmpty() {
        return true;
    }

    @BeforeEach
    void open() {
        Properties system = new Properties();
        system.setProperty("sallyport.io", io());
        ends = new TwoEnds(way, system, name(), protocol());
        application = DatagramPeer.open();
    }

    @AfterEach
    void close() {
        application.close();
        ends.close();
    }

    private int listening(DatagramPeer resource, DestinationOptions options) {
        return ends.listening(new HostPort("127.0.0.1", resource.port()), options)
                .port();
    }

    private String exchange(int port, String text) {
        application.send(port, text.getBytes(UTF_8));
        return new String(application.receive(), UTF_8);
    }

    @Test
    void whatIsSentComesBack() {
        try (DatagramPeer echo = DatagramPeer.echo()) {
            int port = listening(echo, STANDARD, 1);

            assertThat(exchange(port, "one")).isEqualTo("one");
            assertThat(exchange(port, "two")).isEqualTo("two");

            assertThat(Set.copyOf(echo.sources())).as("one flow is one socket").hasSize(1);
            Await.until("both ways are counted", () -> ends.status(ends.only()).bytesOut() == 6);
            assertThat(ends.status(ends.only()).bytesIn()).isEqualTo(6);
            assertThat(ends.status(ends.only()).open()).isEqualTo(1);
        }
    }

    private int listening(DatagramPeer resource, DestinationOptions options, int clients) {
        for (int i = 0; i < clients; i++) {
            ends.attach();
        }
        return listening(resource, options);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1472, 9000, 65_507})
    void datagramsOfEverySizeStayWhole(int size) {
        try (DatagramPeer echo = DatagramPeer.echo()) {
            int port = listening(echo, STANDARD, 1);
            byte[] data = new byte[size];
            for (int i = 0; i < size; i++) {
                data[i] = (byte) (i * 31);
            }
            assertThat(exchange(port, "first")).isEqualTo("first");

            application.send(port, data);

            assertThat(application.receive()).isEqualTo(data);
        }
    }

    @Test
    void datagramsWithoutBytesAreCarriedWhereThePlatformCan() {
        try (DatagramPeer echo = DatagramPeer.echo()) {
            int port = listening(echo, STANDARD, 1);

            application.send(port);
            application.send(port);

            if (carriesEmpty()) {
                assertThat(application.receive()).isEmpty();
                assertThat(application.receive()).isEmpty();
            }
            assertThat(exchange(port, "and others after them")).isEqualTo("and others after them");
        }
    }

    @Test
    void eachSourceHasItsFlowAndItsAnswers() {
        try (DatagramPeer echo = DatagramPeer.echo();
                DatagramPeer other = DatagramPeer.open()) {
            int port = listening(echo, STANDARD, 2);

            application.send(port, "mine".getBytes(UTF_8));
            other.send(port, "yours".getBytes(UTF_8));

            assertThat(new String(application.receive(), UTF_8)).isEqualTo("mine");
            assertThat(new String(other.receive(), UTF_8)).isEqualTo("yours");
            assertThat(Set.copyOf(echo.sources())).hasSize(2);
        }
    }

    @Test
    void manyAtOnceArriveInOrderAndWhole() {
        try (DatagramPeer echo = DatagramPeer.echo()) {
            int port = listening(echo, STANDARD, 1);
            assertThat(exchange(port, "first")).isEqualTo("first");
            for (int round = 0; round < 50; round++) {
                for (int i = 0; i < 20; i++) {
                    application.send(port, (round + "/" + i).getBytes(UTF_8));
                }
                for (int i = 0; i < 20; i++) {
                    assertThat(new String(application.receive(), UTF_8)).isEqualTo(round + "/" + i);
                }
            }
        }
    }

    @Test
    void whatComesBeforeAClientHasAnsweredWaitsWithinBounds() {
        try (DatagramPeer echo = DatagramPeer.echo()) {
            ends.attach();
            int port = listening(echo, STANDARD);
            ends.newerRevision();
            TwoEnds.await(ends.applyIngress());
            for (int i = 0; i < 20; i++) {
                application.send(port, String.valueOf(i).getBytes(UTF_8));
            }
            Await.until("the ingress took them", () -> ends.status(ends.only()).dropped() >= 4);

            ends.applyDialling(0);

            for (int i = 0; i < 16; i++) {
                assertThat(new String(application.receive(), UTF_8)).isEqualTo(String.valueOf(i));
            }
            assertThat(ends.status(ends.only()).dropped()).isEqualTo(4);
        }
    }

    @Test
    void aResourceThatIsNotThereYetDoesNotEndTheFlow() {
        int free;
        try (DatagramPeer taken = DatagramPeer.open()) {
            free = taken.port();
        }
        ends.attach();
        int port = ends.listening(new HostPort("127.0.0.1", free), STANDARD).port();
        application.send(port, "nobody hears this".getBytes(UTF_8));
        application.send(port, "nor this".getBytes(UTF_8));
        Await.until(
                "it went",
                () -> ends.dialling(0).gateway().status(ends.only().id()) != null
                        && ends.status(ends.only()).bytesIn() > 0);

        try (DatagramPeer echo = DatagramPeer.echo(free)) {
            Await.until("an answer comes", () -> {
                application.send(port, "now".getBytes(UTF_8));
                byte[] back = application.receive(100);
                return back != null && new String(back, UTF_8).equals("now");
            });
            assertThat(Set.copyOf(echo.sources())).hasSize(1);
        }
        assertThat(ends.status(ends.only()).total()).isEqualTo(1);
    }

    @Test
    void aFlowMovesToAnotherClientWhenItsOwnIsLost() {
        try (DatagramPeer echo = DatagramPeer.echo()) {
            int port = listening(echo, STANDARD, 2);
            assertThat(exchange(port, "before")).isEqualTo("before");
            int carrying = ends.tunnel(0).openStreams() == 1 ? 0 : 1;

            ends.tunnel(carrying).close("lost");

            Await.until("it goes on", () -> {
                application.send(port, "after".getBytes(UTF_8));
                byte[] back = application.receive(100);
                return back != null && new String(back, UTF_8).equals("after");
            });
            assertThat(new HashSet<>(echo.sources())).hasSize(2);
            assertThat(ends.status(ends.only()).total())
                    .as("it is the same flow")
                    .isEqualTo(1);
        }
    }

    @Test
    void aFlowLeavesAClientThatIsAboutToGo() {
        try (DatagramPeer echo = DatagramPeer.echo()) {
            int port = listening(echo, STANDARD, 2);
            assertThat(exchange(port, "before")).isEqualTo("before");
            int carrying = ends.tunnel(0).openStreams() == 1 ? 0 : 1;

            ends.tunnel(carrying).usable(false);

            assertThat(exchange(port, "meanwhile")).isEqualTo("meanwhile");
            Await.until("the old stream is let go", () -> ends.tunnel(carrying).openStreams() == 0);
            assertThat(exchange(port, "after")).isEqualTo("after");
            assertThat(ends.tunnel(1 - carrying).openStreams()).isEqualTo(1);
        }
    }

    @Test
    void anIdleFlowEnds() {
        try (DatagramPeer echo = DatagramPeer.echo()) {
            int port = listening(echo, STANDARD.withIdleTimeout(Duration.ofSeconds(1)), 1);
            assertThat(exchange(port, "one")).isEqualTo("one");

            Event.FlowEnded ended = ends.ingress().events().await(Event.FlowEnded.class);

            assertThat(ended.end()).isEqualTo("idle for 1 s");
            assertThat(ended.bytesIn()).isEqualTo(3);
            assertThat(ended.bytesOut()).isEqualTo(3);
            Await.until("it is gone", () -> ends.status(ends.only()).open() == 0);
            assertThat(exchange(port, "two")).isEqualTo("two");
            assertThat(Set.copyOf(echo.sources())).hasSize(2);
        }
    }

    @Test
    void aRefusedFlowRestsAndIsCounted() {
        try (DatagramPeer echo = DatagramPeer.echo()) {
            ends.attach((host, to, address) -> new Verdict.Denied(Verdict.Source.ACL, "not allowed"));
            int port = listening(echo, STANDARD);

            application.send(port, "one".getBytes(UTF_8));

            Event.FlowRefused refused = ends.ingress().events().await(Event.FlowRefused.class);
            assertThat(refused.reason()).contains("not allowed");
            int opens = ends.tunnel(0).opens();
            application.send(port, "two".getBytes(UTF_8));
            application.send(port, "three".getBytes(UTF_8));
            Await.until("they are dropped", () -> ends.status(ends.only()).dropped() >= 3);
            assertThat(ends.tunnel(0).opens()).isEqualTo(opens);
            assertThat(echo.sources()).isEmpty();
        }
    }

    @Test
    void sourcesThatNoRuleNamesAreDropped() {
        try (DatagramPeer echo = DatagramPeer.echo()) {
            SourceAccess nobody = SourceAccess.OPEN.withRestricted(true);
            int port = listening(echo, STANDARD.withSources(nobody), 1);

            application.send(port, "one".getBytes(UTF_8));

            Event.FlowRefused refused = ends.ingress().events().await(Event.FlowRefused.class);
            assertThat(refused.reason()).contains("no source rule lets 127.0.0.1 in");
            ends.change(ends.only().withOptions(STANDARD.withSources(nobody.with(SourceRule.parse("127.0.0.1")))));
            ends.apply();
            assertThat(exchange(port, "two")).isEqualTo("two");
            assertThat(echo.sources()).hasSize(1);
        }
    }

    @Test
    void flowsBeyondTheLimitAreDropped() {
        try (DatagramPeer echo = DatagramPeer.echo();
                DatagramPeer other = DatagramPeer.open()) {
            int port = listening(echo, STANDARD.withMaxConnections(1), 1);
            assertThat(exchange(port, "one")).isEqualTo("one");

            other.send(port, "two".getBytes(UTF_8));

            Event.FlowRefused refused = ends.ingress().events().await(Event.FlowRefused.class);
            assertThat(refused.reason()).isEqualTo("the limit of 1 connections is reached");
            assertThat(ends.status(ends.only()).refused()).isEqualTo(1);
            assertThat(exchange(port, "three")).isEqualTo("three");
        }
    }

    @Test
    void aDisabledDestinationHearsNothing() {
        try (DatagramPeer echo = DatagramPeer.echo()) {
            int port = listening(echo, STANDARD, 1);
            assertThat(exchange(port, "one")).isEqualTo("one");

            ends.change(ends.only().withEnabled(false));
            ends.apply();

            Event.FlowEnded ended = ends.ingress().events().await(Event.FlowEnded.class);
            assertThat(ended.end()).isEqualTo("the port was closed");
            assertThat(ends.status(ends.only()).state()).isInstanceOf(State.Disabled.class);
            try (DatagramPeer free = DatagramPeer.open(port)) {
                assertThat(free.port()).isEqualTo(port);
            }
            ends.change(ends.only().withEnabled(true));
            ends.apply();
            assertThat(exchange(port, "two")).isEqualTo("two");
        }
    }

    @Test
    void aPortThatAnotherProgramHasIsSaidAndTakenWhenItIsFree() {
        try (DatagramPeer echo = DatagramPeer.echo()) {
            ends.attach();
            var made = ends.destination(new HostPort("127.0.0.1", echo.port()), STANDARD);
            try (DatagramPeer taken = DatagramPeer.open(made.listenPort())) {
                ends.apply();
                State state = ends.status(made).state();
                assertThat(state).isInstanceOf(State.Failed.class);
                assertThat(state.cause()).contains("port " + taken.port()).contains("taken by another program");
            }
            Await.until("it is taken", () -> ends.status(made).state() instanceof State.Listening);
            assertThat(exchange(made.listenPort(), "one")).isEqualTo("one");
        }
    }

    @Test
    void namesAndIpv6AddressesAreReached() {
        try (DatagramPeer echo =
                DatagramPeer.echo(DatagramPeer.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))) {
            ends.attach();
            int port = ends.listening(new HostPort("localhost", echo.port()), STANDARD)
                    .port();
            assertThat(exchange(port, "by name")).isEqualTo("by name");
        }
    }

    @Test
    void aTestPassesWhereNobodyObjects() {
        try (DatagramPeer silent = DatagramPeer.open()) {
            listening(silent, STANDARD, 1);

            List<ProbeStep> steps = ends.trial().steps();

            assertThat(steps).extracting(ProbeStep::name).containsExactly("acl", "name", "connect");
            assertThat(steps).allMatch(ProbeStep::passed);
            assertThat(steps.get(2).text()).contains(carriesEmpty() ? "nobody objected" : "is not known");
        }
    }

    @Test
    void aTestFailsWhereTheHostSaysThatNobodyIsThere() {
        int closed;
        try (DatagramPeer gone = DatagramPeer.open()) {
            closed = gone.port();
        }
        ends.attach();
        ends.listening(new HostPort("127.0.0.1", closed), STANDARD);

        ProbeStep last = ends.trial().steps().get(2);

        assertThat(last.name()).isEqualTo("connect");
        assertThat(last.passed()).isEqualTo(!carriesEmpty());
        assertThat(last.text()).contains(carriesEmpty() ? "nobody listens at that port" : "is not known");
    }
}
