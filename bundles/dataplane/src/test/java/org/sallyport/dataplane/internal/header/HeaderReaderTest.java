// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.header;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeaderReaderTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<String> outcome = new ArrayList<>();

    @BeforeEach
    void expect() {
        channel.freezeTime();
        HeaderReader.expect(channel, new HeaderReader.Outcome() {
            @Override
            public void told(Ends ends) {
                outcome.add(ends == null ? "nothing" : ends.source().toString());
            }

            @Override
            public void failed(String why) {
                outcome.add(why);
            }
        });
    }

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
    }

    @Test
    void whatFollowsTheHeaderIsReadOn() {
        send("PROXY TCP4 192.0.2.1 198.51.100.1 ");
        assertThat(outcome).isEmpty();
        send("4711 443\r\nhello");

        assertThat(outcome).containsExactly("/192.0.2.1:4711");
        ByteBuf rest = channel.readInbound();
        assertThat(rest.toString(StandardCharsets.US_ASCII)).isEqualTo("hello");
        rest.release();
        assertThat(channel.pipeline().get(HeaderReader.class)).isNull();
        channel.advanceTimeBy(1, TimeUnit.MINUTES);
        channel.runScheduledPendingTasks();
        assertThat(outcome).hasSize(1);
    }

    @Test
    void somethingElseFailsAndNothingOfItIsReadOn() {
        send("GET / HTTP/1.1\r\n\r\n");
        send("PROXY UNKNOWN\r\n");

        assertThat(outcome)
                .containsExactly(
                        "the connection did not begin with a header of the PROXY protocol but with something else");
        assertThat(channel.inboundMessages()).isEmpty();
    }

    @Test
    void aHeaderThatDoesNotComeInTimeFails() {
        send("PROXY ");
        channel.advanceTimeBy(10, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        send("UNKNOWN\r\n");

        assertThat(outcome).containsExactly("the header of the PROXY protocol did not come within 10 s");
    }

    @Test
    void anEndOrResetBeforeItFailsOnce() {
        channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(channel.close().isSuccess()).isTrue();

        assertThat(outcome).hasSize(1);
        assertThat(outcome.get(0)).endsWith("but with a reset");
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }
}
