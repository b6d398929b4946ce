// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sallyport.spi.StageEvent;

/** An upgrade, and what is not one. */
@SuppressWarnings("StringConcatToTextBlock") // where lines end, and how, is what is tested
class WebSocketTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String UPGRADE = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n"
            + "Upgrade: WebSocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    private static final String SWITCHING = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    private final Talk talk = Talk.ingress();

    @AfterEach
    void nothingIsLeft() {
        talk.close();
    }

    @Test
    void after101BytesPassBothWaysAsTheyAre() {
        assertThat(talk.read(UPGRADE))
                .contains("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n")
                .contains("\r\nSec-WebSocket-Key: ");
        assertThat(talk.write(SWITCHING + "\0\1"))
                .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                .contains("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
                .endsWith("\r\n\r\n\0\1");
        assertThat(talk.read("\2\n\n\3")).isEqualTo("\2\n\n\3");
        assertThat(talk.write("\4\5")).isEqualTo("\4\5");
        assertThat(talk.cameThroughAsItWas()).isTrue();
        talk.endInput();
        talk.resource(StageEvent.RESOURCE_BROKEN);
        assertThat(talk.events).hasSize(2);
    }

    @Test
    void whatComesTooEarlyWaitsForTheAnswer() {
        talk.read(UPGRADE + "\2\3");
        assertThat(talk.read("\4")).isEmpty();
        assertThat(talk.channel.config().isAutoRead()).isFalse();
        talk.write(SWITCHING);
        assertThat(talk.passed()).isEqualTo("\2\3\4");
        assertThat(talk.channel.config().isAutoRead()).isTrue();
    }

    @Test
    void whatFollowsAnUpgradeThatWasDeclinedIsARequest() {
        assertThat(talk.read(UPGRADE + GET)).containsOnlyOnce("GET /");
        talk.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        assertThat(talk.passed()).startsWith("GET / HTTP/1.1\r\nHost: resource.internal:8080\r\n");
        talk.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        assertThat(talk.read("nonsense\r\n")).isEmpty();
        assertThat(talk.sent()).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void anUpgradeBehindOtherRequestsWaitsForItsOwnAnswer() {
        talk.read(GET + UPGRADE + "\2");
        talk.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        assertThat(talk.passed()).isEmpty();
        talk.write(SWITCHING);
        assertThat(talk.passed()).isEqualTo("\2");
    }

    @Test
    void onlyWhoAskedIsSwitched() {
        talk.read(GET);
        assertThat(talk.write(SWITCHING)).startsWith("HTTP/1.1 502 ");
    }

    @Test
    void aWebsocketWithoutConnectionUpgradeIsNotAskedFor() {
        assertThat(talk.read("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n"))
                .doesNotContain("Upgrade");
        assertThat(talk.read(GET)).startsWith("GET /");
    }

    @Test
    void aWebsocketHasNoTimeToKeep() {
        talk.read(UPGRADE);
        talk.write(SWITCHING);
        talk.channel.advanceTimeBy(1, java.util.concurrent.TimeUnit.HOURS);
        talk.channel.runScheduledPendingTasks();
        assertThat(talk.channel.isOpen()).isTrue();
        assertThat(talk.events).isEmpty();
    }
}
