// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sallyport.api.HostPort;

@SuppressWarnings("FutureReturnValueIgnored") // embedded channels close at once
class HandshakeTest {
    private final List<Object> told = new ArrayList<>();

    private final Handshake.Outcome outcome = new Handshake.Outcome() {
        @Override
        public void agreed(Map<String, String> facts) {
            told.add(facts);
        }

        @Override
        public void failed(Throwable cause) {
            told.add(cause.getClass());
        }
    };

    /** A peer may be gone again before anybody could read that, and nothing more comes of such a channel. */
    @Test
    void aChannelThatIsClosedAlreadyFailsAtOnce() throws Exception {
        SslContext context =
                SslContextBuilder.forClient().sslProvider(SslProvider.JDK).build();
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.close();

        Handshake.connect(channel, context, new HostPort("db.example", 5432), outcome);

        assertThat(told).containsExactly(ClosedChannelException.class);
    }

    @Test
    void aChannelThatIsClosedMeanwhileFailsOnce() throws Exception {
        SslContext context =
                SslContextBuilder.forClient().sslProvider(SslProvider.JDK).build();
        EmbeddedChannel channel = new EmbeddedChannel();
        Handshake.connect(channel, context, new HostPort("db.example", 5432), outcome);
        assertThat(told).isEmpty();

        channel.close();
        channel.runPendingTasks();

        assertThat(told).hasSize(1).first().isNotInstanceOf(Map.class);
        channel.releaseOutbound();
    }
}
