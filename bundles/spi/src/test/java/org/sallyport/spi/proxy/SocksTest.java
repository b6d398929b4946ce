// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.api.HostPort;
import org.sallyport.spi.OutboundProxy;

class SocksTest {
    private static final String PROXY = "socks proxy proxy.example:1080";
    private static final HostPort SERVER = new HostPort("gw.ex", 9000);
    private static final OutboundProxy.Credentials BOB = new OutboundProxy.Credentials("bob", "geheim");

    private final Socks4 four = new Socks4(PROXY, SERVER, new byte[] {10, 0, 0, (byte) 200}, null);
    private final Socks5 five = new Socks5(PROXY, SERVER, null);
    private final Socks5 fiveOfBob = new Socks5(PROXY, SERVER, BOB);

    @Test
    void socks4CarriesAnAddressAndSocks4aAName() {
        assertThat(Talking.hex(four.opening())).isEqualTo("04 01 23 28 0a 00 00 c8 00");
        assertThat(Talking.hex(new Socks4(PROXY, SERVER, null, BOB).opening()))
                .isEqualTo("04 01 23 28 00 00 00 01 62 6f 62 00 67 77 2e 65 78 00");
    }

    @Test
    void socks4GoesOnAfterAnAnswerInAnyPieces() throws Exception {
        assertThat(Talking.hearSlowly(four, Talking.bytes("00 5a 23 28 0a 00 00 c8")))
                .isNull();
        assertThat(four.through()).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "5b|rejected by its rules, or the server cannot be reached from it (91)",
                "5c|it asks an identd on this machine",
                "5d|names another user than the credentials do (93)",
                "00|it answered with code 0, which SOCKS 4 does not know"
            })
    void refusalsOfSocks4AreSaidInWords(String code, String words) {
        assertThatThrownBy(() -> hear(four, "00 " + code + " 00 00 00 00 00 00"))
                .isInstanceOfSatisfying(
                        ProxyException.class, e -> assertThat(e.answered()).isTrue())
                .hasMessageContaining("the " + PROXY + " does not connect to gw.ex:9000: ")
                .hasMessageContaining(words);
        assertThat(four.through()).isFalse();
    }

    @Test
    void socks5OffersALoginOnlyWithCredentials() {
        assertThat(Talking.hex(five.opening())).isEqualTo("05 01 00");
        assertThat(Talking.hex(fiveOfBob.opening())).isEqualTo("05 02 00 02");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "gw.ex, 05 01 00 03 05 67 77 2e 65 78 23 28",
        "10.0.0.200, 05 01 00 01 0a 00 00 c8 23 28",
        "2001:db8::1, 05 01 00 04 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 23 28"
    })
    void socks5LeavesNamesToTheProxy(String host, String request) throws Exception {
        Socks5 talk = new Socks5(PROXY, new HostPort(host, 9000), null);
        talk.opening();

        assertThat(Talking.hex(Talking.hearSlowly(talk, Talking.bytes("05 00"))))
                .isEqualTo(request);
        assertThat(talk.through()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "05 00 00 01 00 00 00 00 00 00",
                "05 00 00 04 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
                "05 00 00 03 03 61 2e 62 00 00"
            })
    void socks5GoesOnAfterAnAnswerInAnyPieces(String answer) throws Exception {
        hear(five, "05 00");
        Talking.hearSlowly(five, Talking.bytes(answer));

        assertThat(five.through()).isTrue();
    }

    @Test
    void whatFollowsTheAnswerIsLeft() throws Exception {
        hear(five, "05 00");
        ByteBuf in = Unpooled.wrappedBuffer(Talking.bytes("05 00 00 03 01 61 00 00 16 03"));
        five.heard(in);

        assertThat(five.through()).isTrue();
        assertThat(Talking.hex(in)).isEqualTo("16 03");
    }

    @Test
    void socks5LogsInWhereTheProxyWantsIt() throws Exception {
        assertThat(Talking.hex(hear(fiveOfBob, "05 02"))).isEqualTo("01 03 62 6f 62 06 67 65 68 65 69 6d");
        assertThat(Talking.hex(hear(fiveOfBob, "01 00"))).startsWith("05 01 00 03");
    }

    @Test
    void credentialsAreKeptFromASocks5ProxyThatDoesNotAskForThem() throws Exception {
        assertThat(Talking.hex(hear(fiveOfBob, "05 00"))).startsWith("05 01 00 03");
    }

    @Test
    void aLoginThatFailsIsSaidInWords() throws Exception {
        assertThatThrownBy(() -> hear(five, "05 ff"))
                .hasMessageContaining("wants a login")
                .hasMessageContaining("proxy.credentials");
        assertThatThrownBy(() -> hear(fiveOfBob, "05 ff")).hasMessageContaining("a login of another kind");
        hear(fiveOfBob, "05 02");
        assertThatThrownBy(() -> hear(fiveOfBob, "01 01"))
                .isInstanceOfSatisfying(
                        ProxyException.class, e -> assertThat(e.answered()).isTrue())
                .hasMessageContaining("does not accept the credentials")
                .hasMessageNotContainingAny("bob", "geheim");
        assertThat(fiveOfBob.broken(Unpooled.EMPTY_BUFFER)).hasMessageContaining("when it saw the credentials");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "01|it failed without saying why (1)",
                "02|its rules forbid it (2)",
                "03|network cannot be reached from it (3)",
                "04|host cannot be reached from it, or its name is not known there (4)",
                "05|the server refused the connection (5)",
                "06|TTL expired (6)",
                "07|does not know the command CONNECT (7)",
                "08|does not know addresses of this kind (8)",
                "c8|it answered with code 200, which SOCKS 5 does not know"
            })
    void refusalsOfSocks5AreSaidInWords(String reply, String words) throws Exception {
        hear(five, "05 00");

        // some close right after the code
        assertThatThrownBy(() -> hear(five, "05 " + reply))
                .isInstanceOfSatisfying(
                        ProxyException.class, e -> assertThat(e.answered()).isTrue())
                .hasMessageContaining("the " + PROXY + " does not connect to gw.ex:9000: ")
                .hasMessageContaining(words);
    }

    @Test
    void whatIsNoSocksProxyIsKnownByItsFirstByte() throws Exception {
        for (ProxyTalk each : new ProxyTalk[] {four, five}) {
            assertThatThrownBy(() -> hear(each, "48 54 54 50"))
                    .isInstanceOfSatisfying(
                            ProxyException.class, e -> assertThat(e.answered()).isFalse())
                    .hasMessageContaining("is no such proxy: it began with '0x48545450'");
        }
        assertThatThrownBy(() -> hear(five, "05 02")).hasMessageContaining("login method 2, which was not offered");
        hear(fiveOfBob, "05 02");
        assertThatThrownBy(() -> hear(fiveOfBob, "05 00")).hasMessageContaining("is no such proxy");
        hear(five, "05 00");
        assertThatThrownBy(() -> hear(five, "05 00 00 07 00 00")).hasMessageContaining("is no such proxy");
    }

    @Test
    void anEndBeforeTheAnswerIsNoAnswer() {
        for (ProxyTalk each : new ProxyTalk[] {four, five}) {
            assertThat(each.broken(Unpooled.EMPTY_BUFFER))
                    .hasMessageContaining("closed the connection before it answered")
                    .matches(e -> !e.answered());
        }
    }

    private static ByteBuf hear(ProxyTalk talk, String words) throws ProxyException {
        return Talking.hear(talk, Talking.bytes(words));
    }
}
