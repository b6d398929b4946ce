// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sallyport.roles.RawPeer.DATA;
import static org.sallyport.roles.RawPeer.FIN;
import static org.sallyport.roles.RawPeer.RST;
import static org.sallyport.roles.RawPeer.WINDOW;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.api.event.Event;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.Csr;
import org.sallyport.wire.control.Detach;
import org.sallyport.wire.control.LogLine;
import org.sallyport.wire.control.Refused;
import org.sallyport.wire.control.Sign;
import org.sallyport.wire.control.Terminate;

/** A client that says what it may not say on the control stream, before its attach and after it. */
@Timeout(120)
final class HostileMessagesTest {
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

    // ------------------------------------------------------------------ before the attach

    @Test
    void aStreamBeforeTheAttachIsRefusedAndTheAttachGoesOn() {
        RawPeer peer = victim.stranger().reading();
        peer.sayRaw(new byte[0]).open(3, victim.echo());
        peer.assertReset(3);
        peer.say(victim.attach());
        peer.say(new Applied(peer.hear(Attached.class).config().revision(), List.of()));

        peer.openEcho(5, victim.echo());
    }

    @Test
    void aStreamThatComesBeforeTheControlStreamIsRefused() {
        RawPeer peer = victim.stranger().reading();
        peer.open(3, victim.echo());

        peer.assertReset(3);
        peer.assertGoesOn();
    }

    @Test
    void whatIsNoAttachIsRefused() {
        RawPeer peer = victim.stranger().reading().say(new Applied(1, List.of()));

        assertThat(peer.hear(Refused.class).code()).isEqualTo("malformed");
        peer.awaitEnd();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "no CBOR, 00000004ffffffff",
        "nothing, 00000000",
        "longer than a client may say, 00010001",
        "2 GiB, 7fffffff",
        "4 GiB, ffffffff",
        "not a map, 0000000101",
        "a key twice, 00000007a2616101616102",
        "an indefinite map, 00000003bf61ff",
        "deeper than 8, 0000000ca16161818181818181818180",
        "a list of 2^32 items, 00000008a161619affffffff",
        "no type, 00000001a0"
    })
    void aMessageThatIsAnErrorIsRefusedBeforeTheAttachAndEndsTheTunnelAfterIt(String what, String hex) {
        byte[] message = HexFormat.of().parseHex(hex);
        RawPeer stranger = victim.stranger().reading().sayRaw(message);
        assertThat(stranger.hear(Refused.class).code()).isEqualTo("malformed");
        stranger.awaitEnd();

        RawPeer attached = victim.attached();
        attached.sayRaw(message);
        attached.awaitEnd();
        site.server().await(Event.Detached.class);
    }

    @Test
    void moreThan64KiBBeforeTheAttachCloseTheConnection() {
        RawPeer peer = victim.stranger().reading();
        peer.sayRaw(new byte[] {0, 1, 0, 0}).sayRaw(new byte[60_000]).assertGoesOn();
        peer.sayRaw(new byte[5_600]);

        peer.awaitEnd();
    }

    // ------------------------------------------------------------------ after it

    @Test
    void aSecondAttachEndsTheTunnel() {
        RawPeer peer = victim.attached();
        peer.say(victim.attach());

        peer.awaitEnd();
        assertThat(peer.heard(Attached.class)).isEqualTo(1);
        site.server().await(Event.Detached.class);
    }

    @Test
    void whatOnlyServersSayEndsTheTunnel() {
        RawPeer peer = victim.attached();
        peer.say(new Terminate("x", "y", true));

        peer.awaitEnd();
        assertThat(site.server().await(Event.Detached.class).reason()).contains("only servers send");
    }

    @Test
    void messagesOfUnknownTypesAreIgnored() {
        RawPeer peer = victim.attached();
        // {"type": "x", "y": [1]}
        peer.sayRaw(HexFormat.of().parseHex("0000000ca2647479706561786179810100".substring(0, 32)));

        peer.openEcho(3, victim.echo());
    }

    @Test
    void theEndOfTheControlStreamIsTheEndOfTheTunnel() {
        RawPeer peer = victim.attached();
        peer.openEcho(3, victim.echo());
        peer.frame(DATA, FIN, 1, 0);

        peer.awaitEnd();
        site.server().await(Event.Detached.class);
    }

    @Test
    void theResetOfTheControlStreamIsTheEndOfTheTunnel() {
        RawPeer peer = victim.attached();
        peer.frame(WINDOW, RST, 1, 0);

        peer.awaitEnd();
        site.server().await(Event.Detached.class);
    }

    @Test
    void payloadBeyondTheWindowOfTheControlStreamIsTheEndOfTheTunnel() {
        RawPeer peer = victim.attached();
        peer.sayRaw(new byte[262_144]);

        peer.awaitEnd();
        site.server().await(Event.Detached.class);
    }

    @Test
    void whatIsSaidAfterTheDetachIsNotHeard() {
        RawPeer peer = victim.attached();
        peer.say(new Detach("bye")).say(victim.attach()).say(new Csr(1, "x", "ingress", "PEM"));

        peer.awaitEnd();
        assertThat(peer.heard(Attached.class)).isEqualTo(1);
        assertThat(site.server().await(Event.Detached.class).reason()).isEqualTo("bye");
    }

    @Test
    void aFloodOfLogLinesDisturbsNobody() {
        RawPeer peer = victim.attached();
        byte[] line = RawPeer.bytes(new LogLine(1, "error", "\u001b[2J" + "x".repeat(4000)));
        for (int i = 0; i < 60; i++) {
            peer.sayRaw(line);
        }

        peer.openEcho(3, victim.echo());
    }

    /** It sends as its credit allows and takes the answers from the socket, but gives no credit for them. */
    @Test
    void whoAsksAndLetsTheAnswersWaitIsHeardNoMore() {
        RawPeer peer = victim.attached();
        byte[] question = RawPeer.bytes(new Csr(1, "x", "ingress", "PEM"));
        long most = 16L << 20;
        long allowed = 262_144 - 2_000;
        long said = 0;
        while (said < most) {
            while (said + question.length <= allowed) {
                peer.sayRaw(question);
                said += question.length;
            }
            long spent = allowed;
            allowed = peer.creditBeyond(1, 262_144 - 2_000, spent);
            if (allowed == spent) {
                break;
            }
        }

        assertThat(said).isLessThan(4L << 20);
        peer.assertGoesOn();
        peer.openEcho(3, victim.echo());
        int answers = peer.heard(Sign.class);
        // once it takes them it is heard again
        peer.frame(WINDOW, 0, 1, 8 << 20);
        peer.await("more credit", () -> peer.heard(Sign.class) > answers + 1000 ? true : null);
    }
}
