// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.sallyport.roles.RawPeer.ACK;
import static org.sallyport.roles.RawPeer.AWAY;
import static org.sallyport.roles.RawPeer.DATA;
import static org.sallyport.roles.RawPeer.PING;
import static org.sallyport.roles.RawPeer.RST;
import static org.sallyport.roles.RawPeer.SYN;
import static org.sallyport.roles.RawPeer.WINDOW;

import java.io.IOException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sallyport.api.event.Event;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.wire.control.Attached;

/** A client that breaks the protocol of its connection is told GO_AWAY(1) and closed, and others go on. */
@Timeout(120)
final class HostileConnectionTest {
    private static final int USELESS = 10_000;

    @RegisterExtension
    private final Site site = new Site();

    private Victim victim;

    @BeforeEach
    void begin() throws IOException {
        victim = new Victim(site);
    }

    @AfterEach
    void othersGoOn() {
        victim.assertUnharmed();
    }

    static Stream<Arguments> offences() {
        return Stream.of(
                offence("version 1", peer -> peer.raw(1 << 24, 3, 0)),
                offence("type 4", peer -> peer.frame(4, 0, 3, 0)),
                offence("flag 16 on DATA", peer -> peer.frame(DATA, 16, 3, 0)),
                offence("flag 0x8000 on WINDOW_UPDATE", peer -> peer.frame(WINDOW, 0x8000, 3, 0)),
                offence("SYN with ACK", peer -> peer.frame(WINDOW, SYN | ACK, 5, 0)),
                offence("PING without flags", peer -> peer.frame(PING, 0, 0, 7)),
                offence("PING with SYN and ACK", peer -> peer.frame(PING, SYN | ACK, 0, 7)),
                offence("GO_AWAY with a flag", peer -> peer.frame(AWAY, SYN, 0, 0)),
                offence("DATA on stream 0", peer -> peer.frame(DATA, 0, 0, 0)),
                offence("WINDOW_UPDATE on stream 0", peer -> peer.frame(WINDOW, 0, 0, 1)),
                offence("PING on a stream", peer -> peer.frame(PING, SYN, 3, 7)),
                offence("GO_AWAY on a stream", peer -> peer.frame(AWAY, 0, 3, 0)),
                offence("SYN with an even ID", peer -> peer.frame(WINDOW, SYN, 2, 0)),
                offence("SYN with an ID that was used", peer -> peer.frame(WINDOW, SYN, 3, 0)),
                offence("SYN with an ID 1,024 behind the highest", peer -> peer.frame(WINDOW, SYN, 5 + 2 * 1024, 0)
                        .frame(WINDOW, SYN, 5, 0)),
                offence("a frame of its own stream that it never opened", peer -> peer.frame(WINDOW, 0, 5, 1)),
                offence("a frame of a stream that the server never opened", peer -> peer.frame(DATA, 0, 2, 0)),
                offence("payload for a stream that is over, beyond its window", peer -> {
                    peer.open(5, "nobody");
                    peer.assertReset(5);
                    for (int i = 0; i < 5; i++) {
                        peer.data(0, 5, new byte[65_536]);
                    }
                }),
                offence("4 GiB for a stream that is over", peer -> {
                    peer.open(5, "nobody");
                    peer.assertReset(5);
                    peer.frame(DATA, 0, 5, -1);
                }));
    }

    private static Arguments offence(String name, Consumer<RawPeer> offend) {
        return arguments(name, offend);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"none,", "another, h2", "a later one, sallyport/2"})
    void whoOffersNoProtocolThatTheServerSpeaksIsClosed(String what, String protocol) {
        String[] offered = protocol == null ? new String[0] : new String[] {protocol};
        RawPeer peer = site.ending(
                RawPeer.connect("127.0.0.1", site.server().tunnel(), TestAuthority.selfSigned("stranger"), offered));
        peer.reading().say(victim.attach()).awaitEnd();

        assertThat(peer.heard(Attached.class)).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("offences")
    void whatNoCorrectEndSendsClosesTheConnection(String name, Consumer<RawPeer> offend) {
        RawPeer peer = victim.attached();
        peer.openEcho(3, victim.echo());
        offend.accept(peer);

        peer.assertSentAway();
        assertThat(site.server().await(Event.Detached.class).reason()).contains("broke the protocol");
    }

    static Stream<Arguments> floods() {
        return Stream.of(
                offence("empty DATA", peer -> peer.frame(DATA, 0, 3, 0)),
                offence("credit of nothing", peer -> peer.frame(WINDOW, 0, 3, 0)),
                offence("answers to no PING", peer -> peer.frame(PING, ACK, 0, 99)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void aFloodOfUselessFramesClosesTheConnectionAndFewOfThemDoNot(String name, Consumer<RawPeer> useless) {
        RawPeer peer = victim.attached();
        peer.openEcho(3, victim.echo());
        for (int i = 0; i < USELESS; i++) {
            useless.accept(peer);
        }
        peer.assertGoesOn();
        peer.assertEchoes(3);
        useless.accept(peer);

        peer.assertSentAway();
    }

    @Test
    void aFloodOfPingsClosesTheConnectionAndFewOfThemDoNot() {
        RawPeer peer = victim.attached();
        for (int i = 0; i < USELESS + 100; i++) {
            peer.frame(PING, SYN, 0, i);
        }
        peer.assertGoesOn();
        for (int i = 0; i < 200; i++) {
            peer.frame(PING, SYN, 0, i);
        }

        peer.assertSentAway();
    }

    @Test
    void aFloodOfStreamsThatAreResetAtOnceClosesTheConnection() {
        RawPeer peer = victim.attached();
        peer.openEcho(3, victim.echo());
        for (int i = 0; i <= USELESS; i++) {
            // few at a time, so that none is refused for want of an ACK
            if (i % 100 == 0) {
                peer.assertGoesOn();
            }
            peer.frame(WINDOW, SYN, 5 + 2 * i, 0).frame(WINDOW, RST, 5 + 2 * i, 0);
        }

        peer.assertSentAway();
    }

    @Test
    void whoDoesNotReadTheAnswersToItsOpensIsClosed() {
        RawPeer peer = victim.stranger().say(victim.attach()).flush();
        // one that is not attached yet is closed for less
        site.server().await(Event.Attached.class, 1, event -> true);
        // refused, because nothing was applied or nothing asked for; RST upon RST waits for a peer that takes none
        for (int i = 0; i < 3_000_000 && site.server().count(Event.Detached.class) == 0; i++) {
            peer.frame(WINDOW, SYN, 3 + 2 * i, 0);
        }
        peer.flush();

        assertThat(site.server().await(Event.Detached.class).reason()).contains("does not read");
    }

    @Test
    void halfAFrameAndSilenceEndsByLiveness() {
        RawPeer peer = victim.attached();
        peer.openEcho(3, victim.echo());
        peer.frame(DATA, 0, 3, 100).send(new byte[50]).flush();

        peer.await("PING", frame -> frame.type() == PING && frame.has(SYN));
        victim.assertUnharmed();
        peer.awaitEnd();
        assertThat(site.server().await(Event.Detached.class).reason()).contains("nothing was heard");
    }
}
