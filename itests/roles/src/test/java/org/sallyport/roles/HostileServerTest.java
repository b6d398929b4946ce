// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.sallyport.roles.RawPeer.ACK;
import static org.sallyport.roles.RawPeer.AWAY;
import static org.sallyport.roles.RawPeer.DATA;
import static org.sallyport.roles.RawPeer.FIN;
import static org.sallyport.roles.RawPeer.PING;
import static org.sallyport.roles.RawPeer.RST;
import static org.sallyport.roles.RawPeer.SYN;
import static org.sallyport.roles.RawPeer.WINDOW;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
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
import org.sallyport.api.pki.TunnelAuthority;
import org.sallyport.testkit.resource.Resource;
import org.sallyport.wire.control.AclEntry;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.DestinationConfig;
import org.sallyport.wire.control.Limits;
import org.sallyport.wire.control.Probe;
import org.sallyport.wire.control.Terminate;

/**
 * A server that is hostile to a client, or somebody who has its key: what it does wrong costs it its stream or its tunnel, and
 * the same client goes on carrying for another server's gateway.
 */
@Timeout(120)
final class HostileServerTest {
    private static final int USELESS = 10_000;
    private static final int UNKNOWN = 1;
    private static final int DENIED = 3;

    @RegisterExtension
    private final Site site = new Site();

    private Victim victim;
    private HostileServer server;
    private Resource echo;
    private Resource forbidden;

    @BeforeEach
    void begin() throws IOException {
        victim = new Victim(site);
        echo = site.ending(Resource.echo());
        forbidden = site.ending(Resource.echo());
        server = site.ending(new HostileServer(
                site.server().get(TunnelAuthority.class).current().material()));
    }

    @AfterEach
    void theClientGoesOnForOthers() {
        victim.assertUnharmed();
        assertThat(forbidden.served()).isZero();
    }

    /** {@return an ID of the gateway's} */
    private String id(String name) {
        return victim.gateway().value().replaceFirst("_.*", "_" + name);
    }

    private DestinationConfig destination(String name, Resource to) {
        return new DestinationConfig(
                id(name),
                name,
                DestinationConfig.ON_PREMISES,
                "tcp",
                to.address().host(),
                to.address().port(),
                15_000,
                true,
                10_000,
                0,
                0,
                List.of(),
                Map.of());
    }

    private Config config(long revision) {
        return new Config(
                revision,
                victim.gateway().value(),
                "hostile",
                true,
                true,
                List.of(destination("aEcho", echo), destination("noWay", forbidden)),
                List.of(new AclEntry(true, "127.0.0.1", echo.address().port(), "")));
    }

    private Attached answer() {
        return new Attached(id("x1Y"), Limits.DEFAULT, List.of(), null, "0.1.0", List.of(), config(1));
    }

    /** {@return a client's tunnel that waits for the answer to its attach} */
    private RawPeer asking() {
        victim.attachTo(server.address());
        RawPeer peer = site.ending(server.next());
        peer.reading().hear(Attach.class);
        return peer;
    }

    /** {@return a client's tunnel that is attached and applied its configuration} */
    private RawPeer attached() {
        RawPeer peer = asking().say(answer());
        assertThat(peer.hear(Applied.class).revision()).isEqualTo(1);
        return peer;
    }

    // ------------------------------------------------------------------ connection

    static Stream<Arguments> offences() {
        return Stream.of(
                offence("version 1", peer -> peer.raw(1 << 24, 2, 0)),
                offence("type 4", peer -> peer.frame(4, 0, 2, 0)),
                offence("flag 16", peer -> peer.frame(DATA, 16, 2, 0)),
                offence("SYN with ACK", peer -> peer.frame(WINDOW, SYN | ACK, 4, 0)),
                offence("PING without flags", peer -> peer.frame(PING, 0, 0, 7)),
                offence("GO_AWAY with a flag", peer -> peer.frame(AWAY, SYN, 0, 0)),
                offence("DATA on stream 0", peer -> peer.frame(DATA, 0, 0, 0)),
                offence("PING on a stream", peer -> peer.frame(PING, SYN, 2, 7)),
                offence("SYN with an odd ID", peer -> peer.frame(WINDOW, SYN, 3, 0)),
                offence("SYN with an ID that was used", peer -> peer.frame(WINDOW, SYN, 2, 0)),
                offence("SYN with an ID 1,024 behind the highest", peer -> peer.frame(WINDOW, SYN, 4 + 2 * 1024, 0)
                        .frame(WINDOW, SYN, 4, 0)),
                offence("a frame of a stream that the client never opened", peer -> peer.frame(DATA, 0, 3, 0)),
                offence("a frame of its own stream that it never opened", peer -> peer.frame(DATA, 0, 4, 0)),
                offence("payload for a stream that is over, beyond its window", peer -> {
                    peer.open(4, "nobody");
                    peer.assertReset(4);
                    for (int i = 0; i < 5; i++) {
                        peer.data(0, 4, new byte[65_536]);
                    }
                }));
    }

    private static Arguments offence(String name, Consumer<RawPeer> offend) {
        return arguments(name, offend);
    }

    @Test
    void aServerThatAgreesOnNoProtocolIsToldNothing() {
        victim.attachTo(server.address());
        RawPeer peer = site.ending(server.next(new String[0]));
        peer.reading().awaitEnd();

        assertThat(peer.heard(Attach.class)).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("offences")
    void whatNoCorrectEndSendsClosesTheConnection(String name, Consumer<RawPeer> offend) {
        RawPeer peer = attached();
        peer.openEcho(2, id("aEcho"));
        offend.accept(peer);

        peer.assertSentAway();
    }

    static Stream<Arguments> floods() {
        return Stream.of(
                offence("empty DATA", peer -> peer.frame(DATA, 0, 2, 0)),
                offence("credit of nothing", peer -> peer.frame(WINDOW, 0, 2, 0)),
                offence("answers to no PING", peer -> peer.frame(PING, ACK, 0, 99)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void aFloodOfUselessFramesClosesTheConnectionAndFewOfThemDoNot(String name, Consumer<RawPeer> useless) {
        RawPeer peer = attached();
        peer.openEcho(2, id("aEcho"));
        for (int i = 0; i < USELESS; i++) {
            useless.accept(peer);
        }
        peer.assertGoesOn();
        useless.accept(peer);

        peer.assertSentAway();
    }

    @Test
    void aFloodOfStreamsThatAreResetAtOnceClosesTheConnection() {
        RawPeer peer = attached();
        for (int i = 0; i <= USELESS; i++) {
            if (i % 100 == 0) {
                peer.assertGoesOn();
            }
            peer.frame(WINDOW, SYN, 2 + 2 * i, 0).frame(WINDOW, RST, 2 + 2 * i, 0);
        }

        peer.assertSentAway();
    }

    @Test
    void halfAFrameAndSilenceEndsByLiveness() {
        RawPeer peer = attached();
        peer.openEcho(2, id("aEcho"));
        peer.frame(DATA, 0, 2, 100).send(new byte[50]).flush();

        peer.await("PING", frame -> frame.type() == PING && frame.has(SYN));
        peer.awaitEnd();
    }

    // ------------------------------------------------------------------ streams

    @Test
    void offencesOnStreamsResetThemAndNoOther() {
        RawPeer peer = attached();
        peer.openEcho(2, id("aEcho"));
        peer.openEcho(4, id("aEcho"));
        peer.data(0, 4, new byte[262_145]);
        peer.openEcho(6, id("aEcho"));
        peer.frame(WINDOW, 0, 6, -1);
        peer.frame(WINDOW, SYN | FIN, 8, 0);
        peer.data(SYN, 10, new byte[] {0, 0, 0, 4, -1, -1, -1, -1});
        peer.data(SYN, 12, new byte[] {0, 0, 64, 1});
        // depth 9
        peer.data(SYN, 14, HexFormat.of().parseHex("0000000ca16161818181818181818180"));

        for (int stream = 4; stream <= 14; stream += 2) {
            peer.assertReset(stream);
        }
        peer.assertEchoes(2);
        peer.assertGoesOn();
    }

    @Test
    void aStreamBeforeTheAnswerToTheAttachIsRefused() {
        RawPeer peer = asking();
        peer.open(2, id("aEcho"));
        peer.assertReset(2);
        peer.say(answer()).hear(Applied.class);

        peer.openEcho(4, id("aEcho"));
    }

    @Test
    void whatTheConfigurationDoesNotNameOrAllowIsNotDialled() {
        RawPeer peer = attached();
        peer.open(2, id("other")).open(4, id("noWay")).open(6, site.gateway().value());

        assertThat(peer.opened(2).code()).isEqualTo(UNKNOWN);
        assertThat(peer.opened(4).code()).isEqualTo(DENIED);
        assertThat(peer.opened(6).code()).isEqualTo(UNKNOWN);
        peer.openEcho(8, id("aEcho"));
    }

    @Test
    void ofAHundredThousandStreamsThatAskForNothingAThousandAreKept() {
        RawPeer peer = attached();
        int streams = 100_000;
        for (int i = 0; i < streams; i++) {
            peer.frame(WINDOW, SYN, 2 + 2 * i, 0);
        }
        peer.assertGoesOn();

        assertThat(streams - peer.count(frame -> frame.type() == WINDOW && frame.has(RST)))
                .isBetween(256, 1024);
    }

    @Test
    void aServerThatSaidGoAwayMayGoOnWithItsStreams() {
        RawPeer peer = attached();
        peer.openEcho(2, id("aEcho"));
        peer.frame(AWAY, 0, 0, 0).assertGoesOn();

        peer.assertEchoes(2);
    }

    // ------------------------------------------------------------------ messages

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "no CBOR, 00000004ffffffff",
        "nothing, 00000000",
        "longer than 16 MiB, 01000001",
        "20 MB, 01312d00",
        "4 GiB, ffffffff",
        "a key twice, 00000007a2616101616102",
        "an indefinite map, 00000003bf61ff",
        "deeper than 8, 0000000ca16161818181818181818180",
        "a list of 2^32 items, 00000008a161619affffffff"
    })
    void aMessageThatIsAnErrorEndsTheTunnelInPlaceOfTheAnswerAndAfterIt(String what, String hex) {
        byte[] message = HexFormat.of().parseHex(hex);
        RawPeer asking = asking();
        asking.sayRaw(message).awaitEnd();
        RawPeer attached = attachedAgain();
        attached.sayRaw(message).awaitEnd();
    }

    /** The client tries again by itself. */
    private RawPeer attachedAgain() {
        RawPeer peer = site.ending(server.next()).reading();
        peer.hear(Attach.class);
        peer.say(answer()).hear(Applied.class);
        return peer;
    }

    @Test
    void aConfigurationOf20MegabytesEndsTheTunnelBeforeItIsTaken() {
        RawPeer peer = attached();
        long before = Victim.memory();
        peer.sayRaw(new byte[] {1, 0x31, 0x2d, 0});
        for (int i = 0; i < 4; i++) {
            peer.sayRaw(new byte[65_000]);
        }

        peer.awaitEnd();
        assertThat(Victim.memory() - before).isLessThan(8 << 20);
    }

    @Test
    void anotherGatewaysConfigurationEndsTheTunnel() {
        RawPeer peer = attached();
        Config own = config(2);
        peer.say(new Config(2, site.gateway().value(), "office", true, true, own.destinations(), own.acl()));

        peer.awaitEnd();
    }

    @Test
    void anAnswerForAnotherGatewayEndsTheTunnel() {
        RawPeer peer = asking();
        peer.say(new Attached(
                site.gateway().value().replaceFirst("_.*", "_x1Y"),
                Limits.DEFAULT,
                List.of(),
                null,
                "0.1.0",
                List.of(),
                config(1)));

        peer.awaitEnd();
    }

    @Test
    void whatIsSaidAfterTerminateIsNotHeard() {
        RawPeer peer = attached();
        peer.say(new Terminate("terminated", "by nobody", false))
                .say(config(99))
                .say(new Probe(7, null));

        peer.awaitEnd();
        assertThat(peer.count(frame -> frame.type() == DATA && frame.stream() == 1))
                .isLessThanOrEqualTo(4);
        assertThat(peer.heard(Applied.class)).isEqualTo(1);
    }

    @Test
    void theEndOfTheControlStreamIsTheEndOfTheTunnel() {
        RawPeer peer = attached();
        peer.openEcho(2, id("aEcho"));
        peer.frame(DATA, FIN, 1, 0);

        peer.awaitEnd();
    }

    /** It takes the answers from the socket, but gives no credit for them. */
    @Test
    void whoAsksAndLetsTheAnswersWaitLosesTheTunnel() {
        RawPeer peer = attached();
        byte[] question = RawPeer.bytes(new Probe(1, null));
        long first = 262_144 - 2_000;
        long said = 0;
        long known = 0;
        for (long allowed = first; allowed > known; allowed = peer.creditBeyond(1, first, known)) {
            known = allowed;
            for (; said + question.length <= allowed; said += question.length) {
                peer.sayRaw(question);
            }
        }

        peer.awaitEnd();
        assertThat(said).isLessThan(8 << 20);
    }
}
