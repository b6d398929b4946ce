// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
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

class HttpConnectTest {
    private static final String PROXY = "http proxy proxy.example:3128";
    private static final HostPort SERVER = new HostPort("gw.example", 9000);
    private static final OutboundProxy.Credentials ALICE = new OutboundProxy.Credentials("alice", "pass:wörd");

    private final HttpConnect talk = new HttpConnect(PROXY, SERVER, null);
    private final HttpConnect talkOfAlice = new HttpConnect(PROXY, SERVER, ALICE);

    @Test
    void theServersNameIsLeftToTheProxy() {
        assertThat(Talking.text(talk.opening()))
                .isEqualTo("CONNECT gw.example:9000 HTTP/1.1\r\nHost: gw.example:9000\r\n\r\n");
        assertThat(Talking.text(new HttpConnect(PROXY, new HostPort("2001:db8::1", 9000), null).opening()))
                .startsWith("CONNECT [2001:db8::1]:9000 HTTP/1.1\r\n");
    }

    @Test
    void credentialsGoWithTheFirstRequest() {
        assertThat(Talking.text(talkOfAlice.opening()))
                .isEqualTo(head(
                        "CONNECT gw.example:9000 HTTP/1.1",
                        "Host: gw.example:9000",
                        "Proxy-Authorization: Basic YWxpY2U6cGFzczp3w7ZyZA=="));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 Connection established\r\n\r\n",
                "HTTP/1.0 200 OK\r\nContent-Length: 70\r\nVia: x\r\n\r\n",
                "HTTP/1.1 204\r\n\r\n",
                "HTTP/1.1 200 OK\n\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
            })
    void aProxyThatConnectsIsUnderstoodInAnyPieces(String answer) throws Exception {
        Talking.hearSlowly(talk, answer.getBytes(ISO_8859_1));

        assertThat(talk.through()).isTrue();
    }

    @Test
    void whatFollowsTheAnswerIsLeft() throws Exception {
        ByteBuf in = Unpooled.copiedBuffer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\r\nserver", ISO_8859_1);
        talk.heard(in);

        assertThat(talk.through()).isTrue();
        assertThat(Talking.text(in)).isEqualTo("\r\nserver");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "403 Forbidden|forbids connections to gw.example:9000 (403 Forbidden): its rules have to allow CONNECT",
                "502 Bad Gateway|cannot reach gw.example:9000 (502 Bad Gateway)",
                "503 Service Unavailable|cannot reach gw.example:9000 (503",
                "504 Gateway Timeout|cannot reach gw.example:9000 (504",
                "405 Method Not Allowed|does not connect to gw.example:9000 (405 Method Not Allowed); it may be no proxy",
                "302 Found|does not connect to gw.example:9000 (302 Found)",
                "500|does not connect to gw.example:9000 (500)",
            })
    void aRefusalIsSaidInWordsAndIsFinal(String status, String words) {
        assertThatThrownBy(() -> hear("HTTP/1.1 " + status + "\r\nLocation: http://elsewhere/\r\n\r\n<html>"))
                .isInstanceOfSatisfying(
                        ProxyException.class, e -> assertThat(e.answered()).isTrue())
                .hasMessageContaining("the " + PROXY + " " + words);
        assertThat(talk.through()).isFalse();
    }

    @Test
    void missingCredentialsAreToldFromWrongOnes() {
        byte[] answer = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: basic realm=\"x\"\r\n\r\n"
                .getBytes(ISO_8859_1);

        assertThatThrownBy(() -> Talking.hear(talk, answer))
                .hasMessageContaining("wants credentials (407)")
                .hasMessageContaining("proxy.credentials");
        assertThatThrownBy(() -> Talking.hear(talkOfAlice, answer))
                .hasMessageContaining("does not accept the credentials (407)")
                .hasMessageNotContainingAny("alice", "pass", "YWxp");
    }

    @Test
    void anotherAnswerToWrongCredentialsIsUnderstoodToo() {
        byte[] answer = head("HTTP/1.0 401 Unauthorized").getBytes(ISO_8859_1);

        assertThatThrownBy(() -> Talking.hear(talkOfAlice, answer))
                .hasMessageContaining("does not accept the credentials (401)");
        assertThatThrownBy(() -> Talking.hear(talk, answer)).hasMessageContaining("it may be no proxy");
    }

    @Test
    void aLoginThatIsNotKnownHereIsNamed() {
        assertThatThrownBy(() ->
                        hear(head("HTTP/1.1 407 No", "Proxy-Authenticate: Negotiate", "proxy-authenticate: NTLM TlRM")))
                .hasMessageContaining("a login of another kind (407) than Basic")
                .hasMessageContaining("Negotiate, NTLM");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"S", "SSH-2.0-OpenSSH_9.2\r\n", "\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "\u0015\u0003\u0001"})
    void whatIsNoProxyIsKnownByItsFirstBytes(String answer) {
        assertThatThrownBy(() -> hear(answer))
                .isInstanceOfSatisfying(
                        ProxyException.class, e -> assertThat(e.answered()).isFalse())
                .hasMessageContaining("what answers at the " + PROXY + " is no such proxy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 2000 OK", "HTTP/1.1", "HTTP/1.1 abc", "HTTP/1.1 020 OK", "HTTP/1.x 200 OK"})
    void aStatusLineThatIsNoneIsRubbish(String line) {
        assertThatThrownBy(() -> hear(line + "\r\n\r\n")).hasMessageContaining("is no such proxy");
        assertThat(talk.through()).isFalse();
    }

    @Test
    void hostileWordsCannotForgeALineOfALog() {
        assertThatThrownBy(() -> hear("HTTP/1.1 502 bad\u001b[2J\rgateway" + "x".repeat(3000) + "\r\n\r\n"))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(250).matches(message -> message.chars()
                        .noneMatch(Character::isISOControl)));
    }

    @Test
    void anEndlessHeadIsCutOff() {
        String lines = "HTTP/1.1 200 OK\r\n" + "X-Filler: 0123456789\r\n".repeat(HttpConnect.MAX_HEAD / 22);

        assertThatThrownBy(() -> hear(lines)).hasMessageContaining("does not come to an end with its answer");
        assertThatThrownBy(() -> hear(lines + "\r\n")).hasMessageContaining("does not come to an end with its answer");
        assertThatThrownBy(() -> hear("HTTP/1.1 200 " + "x".repeat(HttpConnect.MAX_HEAD)))
                .hasMessageContaining("more than 16384 bytes");
    }

    @Test
    void endlessInterimAnswersAreCutOff() {
        byte[] interim = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1);

        assertThatThrownBy(() -> {
                    for (int i = 0; i <= HttpConnect.MAX_HEAD / interim.length; i++) {
                        Talking.hear(talk, interim);
                    }
                })
                .hasMessageContaining("does not come to an end with its answer");
    }

    @Test
    void anEndInTheMiddleOfTheAnswerIsUnderstoodAsFarAsItCame() {
        assertThat(talk.broken(Unpooled.EMPTY_BUFFER))
                .hasMessageContaining("closed the connection before it answered")
                .matches(e -> !e.answered());
        assertThat(talk.broken(Unpooled.copiedBuffer("HTTP/1.0 403 Forbidden\r\nVia", ISO_8859_1)))
                .hasMessageContaining("forbids connections");
        assertThat(talk.broken(Unpooled.copiedBuffer("HTTP/1.0 200 OK\r\nVia", ISO_8859_1)))
                .hasMessageContaining("closed the connection before it answered");
        assertThat(talk.broken(Unpooled.copiedBuffer("HTTP/1.0 40", ISO_8859_1)))
                .hasMessageContaining("closed the connection before it answered");
    }

    private static String head(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    private void hear(String answer) throws ProxyException {
        Talking.hear(talk, answer.getBytes(ISO_8859_1));
    }
}
