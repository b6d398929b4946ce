// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.sallyport.roles.RawPeer.ACK;
import static org.sallyport.roles.RawPeer.DATA;
import static org.sallyport.roles.RawPeer.FIN;
import static org.sallyport.roles.RawPeer.RST;
import static org.sallyport.roles.RawPeer.SYN;
import static org.sallyport.roles.RawPeer.WINDOW;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.api.DestinationId;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.api.service.DestinationView;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.Open;
import org.sallyport.wire.control.Opened;

/** A client that offends on a stream loses that stream and nothing else: its other streams go on, and so do other clients. */
@Timeout(120)
final class HostileStreamsTest {
    private static final long WINDOW_BYTES = TunnelProtocol.INITIAL_WINDOW;
    private static final int UNKNOWN = 1;

    @RegisterExtension
    private final Site site = new Site();

    private Victim victim;
    private DestinationView inward;
    private RawPeer peer;

    @BeforeEach
    void attach() throws IOException {
        victim = new Victim(site);
        HostPort resource = site.resource().address();
        site.server().allow(victim.gateway(), resource);
        inward = site.server().onPremises(victim.gateway(), "inward", resource);
        peer = victim.attached();
        peer.openEcho(3, victim.echo());
    }

    @AfterEach
    void everythingElseGoesOn() {
        peer.assertEchoes(3);
        peer.assertGoesOn();
        peer.openEcho(900_001, victim.echo());
        victim.assertUnharmed();
    }

    @Test
    void payloadBeyondTheWindowResetsTheStream() {
        peer.openEcho(5, victim.echo());
        peer.data(0, 5, new byte[(int) WINDOW_BYTES + 1]);

        peer.assertReset(5);
    }

    @Test
    void payloadBeyondTheWindowInManyFramesResetsTheStream() {
        peer.open(5, victim.held());
        assertThat(peer.opened(5).code()).isZero();
        victim.hold();
        // the resource reads nothing: at some time the system's buffers for it are full, and no more credit comes
        long first = WINDOW_BYTES - RawPeer.bytes(RawPeer.opening(victim.held())).length;
        long sent = 0;
        for (long allowed = first; allowed > sent; allowed = peer.creditBeyond(5, first, allowed)) {
            peer.data(0, 5, new byte[(int) (allowed - sent)]);
            sent = allowed;
        }
        assertThat(peer.count(frame -> frame.resets(5))).isZero();
        peer.data(0, 5, new byte[1]);

        peer.assertReset(5);
    }

    @Test
    void payloadBeyondTheSmallerWindowThatBothEndsAgreedOnResetsTheStream() {
        RawPeer agreed = victim.attached(List.of(TunnelProtocol.WINDOW_FEATURE));
        agreed.open(5, victim.held());
        assertThat(agreed.opened(5).code()).isZero();
        agreed.data(0, 5, new byte[TunnelProtocol.AGREED_WINDOW + 1]);

        agreed.assertReset(5);
        agreed.assertGoesOn();
    }

    @Test
    void creditBeyondItsBoundResetsTheStream() {
        peer.openEcho(5, victim.echo());
        peer.frame(WINDOW, 0, 5, 0x7fff_ffff).frame(WINDOW, 0, 5, 0x7fff_ffff).frame(WINDOW, 0, 5, 0x7fff_ffff);

        peer.assertReset(5);
    }

    @Test
    void payloadAfterFinResetsTheStream() {
        peer.open(5, victim.held());
        assertThat(peer.opened(5).code()).isZero();
        victim.hold();
        peer.frame(DATA, FIN, 5, 0).data(0, 5, new byte[1]);

        peer.assertReset(5);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "no CBOR, 00000004ffffffff",
        "nothing, 00000000",
        "longer than an OPEN may be, 00004001",
        "not a map, 0000000101",
        "a key that is no text, 00000003a10102",
        "a key twice, 00000007a2616101616102",
        "an indefinite map, 00000003bf61ff",
        "an indefinite text, 00000007a161617f6162ff",
        "deeper than 8, 0000000ca16161818181818181818180",
        "more keys than bytes, 00000001b8",
        "a list of 2^32 items, 00000008a161619affffffff",
        "something behind the map, 00000003a00000",
        "no destination, 00000001a0"
    })
    void anOpenThatIsNoneResetsTheStream(String what, String hex) {
        byte[] message = HexFormat.of().parseHex(hex);
        peer.data(SYN, 5, message);

        peer.assertReset(5);
    }

    @Test
    void finBeforeOpenResetsTheStream() {
        peer.frame(WINDOW, SYN | FIN, 5, 0).frame(DATA, SYN, 7, 0).frame(DATA, FIN, 7, 0);

        peer.assertReset(5);
        peer.assertReset(7);
    }

    @Test
    void moreEarlyPayloadThanAgreedResetsTheStream() {
        peer.open(5, victim.unanswered()).data(0, 5, new byte[32_768]).assertGoesOn();
        assertThat(peer.count(frame -> frame.resets(5))).isZero();
        peer.data(0, 5, new byte[1]);

        peer.assertReset(5);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "no CBOR, 00000004ffffffff",
        "nothing, 00000000",
        "longer than an OPENED may be, 00004001",
        "a key twice, 00000007a2616101616102",
        "an indefinite map, 00000003bf61ff",
        "deeper than 8, 0000000ca16161818181818181818180",
        "no code, 00000001a0"
    })
    void anOpenedThatIsNoneResetsTheStreamAndTheApplication(String what, String hex) throws IOException {
        try (Conversation application = Conversation.connect(site.listening(inward))) {
            int stream = peer.asked();
            peer.data(ACK, stream, HexFormat.of().parseHex(hex));

            peer.assertReset(stream);
            assertThat(application.isResetNext()).isTrue();
        }
    }

    @Test
    void whoEndsAStreamBeforeItsAnswerOrSendsBeyondItsWindowAfterItResetsTheApplication() throws IOException {
        HostPort listening = site.listening(inward);
        try (Conversation unanswered = Conversation.connect(listening)) {
            int stream = peer.asked();
            peer.frame(WINDOW, ACK | FIN, stream, 0);

            peer.assertReset(stream);
            assertThat(unanswered.isResetNext()).isTrue();
        }
        try (Conversation flooded = Conversation.connect(listening)) {
            int stream = peer.asked();
            byte[] opened = RawPeer.bytes(new Opened(0, ""));
            peer.data(ACK, stream, opened).data(0, stream, new byte[(int) WINDOW_BYTES - opened.length + 1]);

            peer.assertReset(stream);
            assertThat(flooded.isResetNext()).isTrue();
        }
    }

    @Test
    void aDestinationOfAnotherGatewayIsRefusedAndTheOperatorIsTold() {
        DestinationView foreign =
                site.server().cloud(site.gateway(), "foreign", site.resource().address(), Ports.free());
        peer.open(5, foreign.id());

        assertThat(peer.opened(5).code()).isEqualTo(UNKNOWN);
        peer.assertReset(5);
        assertThat(site.server().await(Event.FlowRefused.class)).satisfies(told -> {
            assertThat(told.destination()).isEqualTo(new DestinationId(foreign.id()));
            assertThat(told.source()).isEqualTo("192.0.2.7:4711");
        });
        assertThat(site.resource().served()).isZero();
    }

    @Test
    void anOnPremisesDestinationIsRefusedByTheServer() {
        peer.open(5, inward.id());

        assertThat(peer.opened(5).code()).isEqualTo(UNKNOWN);
        peer.assertReset(5);
        assertThat(site.resource().served()).isZero();
    }

    @Test
    void aDestinationThatIsNoIdIsRefused() {
        peer.open(5, "../../etc/passwd\n\u001b[2J");

        assertThat(peer.opened(5).code()).isEqualTo(UNKNOWN);
        peer.assertReset(5);
    }

    @Test
    void aRevisionThatNeverComesIsRefusedAfterTwoSeconds() {
        peer.data(SYN, 5, RawPeer.bytes(new Open(victim.echo(), Long.MAX_VALUE, "", 0, "", 0, Map.of(), 0)));

        assertThat(peer.opened(5).code()).isEqualTo(UNKNOWN);
    }

    @Test
    void moreThan256StreamsWithoutAnswerAreAcknowledgedOrRefused() {
        int streams = 1000;
        for (int i = 0; i < streams; i++) {
            peer.frame(WINDOW, SYN, 5 + 2 * i, 0);
        }
        peer.assertGoesOn();

        for (int i = 0; i < streams; i++) {
            int stream = 5 + 2 * i;
            peer.await("ACK or RST", frame -> frame.stream() == stream && frame.flags() != 0);
        }
        for (int i = 0; i < streams; i++) {
            peer.frame(WINDOW, RST, 5 + 2 * i, 0);
        }
    }

    @Test
    void ofAHundredThousandStreamsThatAskForNothingAThousandAreKept() {
        int streams = 100_000;
        for (int i = 0; i < streams; i++) {
            peer.frame(WINDOW, SYN, 5 + 2 * i, 0);
        }
        peer.assertGoesOn();

        int refused = peer.count(frame -> frame.type() == WINDOW && frame.has(RST));
        assertThat(streams - refused).isBetween(256, 1024);
        for (int i = 0; i < streams; i++) {
            int stream = 5 + 2 * i;
            if (i < 2000) {
                peer.frame(WINDOW, RST, stream, 0);
            }
        }
    }

    @Test
    void framesOfAStreamThatIsOverAreIgnoredAsFarAsItsWindow() {
        peer.open(5, "nobody");
        peer.assertReset(5);
        peer.data(0, 5, new byte[200_000])
                .frame(WINDOW, 0, 5, 7)
                .frame(WINDOW, FIN, 5, 0)
                .frame(WINDOW, RST, 5, 0);

        peer.assertGoesOn();
    }

    @Test
    void whoSaidGoAwayMayGoOnWithItsStreamsAndItsNewOnesCloseNothing() {
        peer.frame(RawPeer.AWAY, 0, 0, 0).open(5, victim.echo());

        assertThat(peer.opened(5).code()).isZero();
        peer.assertEchoes(5);
    }

    @Test
    void aStreamIdThatComesLateIsTakenAndOneThatIsSkippedIsNotMissed() {
        peer.openEcho(2001, victim.echo());
        peer.openEcho(5, victim.echo());

        peer.assertEchoes(2001);
    }

    @Test
    void anApplicationThatSendsWhatLooksLikeFramesIsCarried() {
        byte[] frames = "\0\3\0\0\0\0\0\0\0\0\0\1".getBytes(US_ASCII);
        peer.data(0, 3, frames);

        peer.await("the echo", frame -> frame.type() == DATA && frame.stream() == 3 && frame.length() == frames.length);
        peer.frame(WINDOW, 0, 3, frames.length);
    }
}
