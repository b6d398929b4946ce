// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.util.Map;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.State;
import org.sallyport.dataplane.internal.limits.Share;
import org.sallyport.dataplane.internal.limits.SourceCounts;
import org.sallyport.dataplane.internal.tls.Handshake;
import org.sallyport.dataplane.internal.tls.TlsFailure;
import org.sallyport.dataplane.internal.tls.TlsLeg;

/**
 * What protects an application's connection before anything else: a TLS handshake within the bounds on those that are under
 * way, of one source, of one destination and of the process; nothing where the destination's protocol has none. On the
 * connection's loop.
 */
final class Protection implements Handshake.Outcome {
    /** What came of it; told once. */
    interface Outcome {
        /**
         * The application may be spoken to.
         *
         * @param facts what was agreed on
         */
        void agreed(Map<String, String> facts);

        /** There is nothing to protect it with at this end. */
        void impossible(String why);

        /** Too many are under way, and nothing was begun. */
        void crowded(String why);

        /** It failed, and TLS says so to the application. */
        void failed(String why);
    }

    private final Share share;
    private final SourceCounts sources;
    private final InetAddress source;
    private final Outcome outcome;

    private Protection(Share share, SourceCounts sources, InetAddress source, Outcome outcome) {
        this.share = share;
        this.sources = sources;
        this.source = source;
        this.outcome = outcome;
    }

    /**
     * Begins.
     *
     * @param owner has the certificates and the bounds
     * @param source of the connection
     * @param channel registered
     * @param outcome is told, perhaps before this returns
     */
    static void begin(IngressDestination owner, InetAddress source, Channel channel, Outcome outcome) {
        TlsLeg tls = owner.tls();
        if (tls.security() == LegSecurity.NONE) {
            outcome.agreed(Map.of());
            return;
        }
        SslContext terms = tls.context("");
        if (terms == null) {
            State obstacle = tls.obstacle();
            outcome.impossible(obstacle == null ? "TLS was switched off" : obstacle.cause());
            return;
        }
        SourceCounts sources = owner.surroundings().limits().handshakeSources();
        if (!sources.take(source)) {
            outcome.crowded("too many TLS handshakes of one source are under way: the limit handshakes.source is "
                    + sources.most());
        } else if (!owner.handshakeShare().take()) {
            sources.give(source);
            outcome.crowded("too many TLS handshakes are under way");
        } else {
            Handshake.accept(channel, terms, new Protection(owner.handshakeShare(), sources, source, outcome));
        }
    }

    private void giveBack() {
        sources.give(source);
        share.give();
    }

    @Override
    public void agreed(Map<String, String> facts) {
        giveBack();
        outcome.agreed(facts);
    }

    @Override
    public void failed(Throwable cause) {
        giveBack();
        outcome.failed(TlsFailure.ofApplication(cause));
    }
}
