// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import org.sallyport.api.Destination;
import org.sallyport.api.HostPort;

/**
 * One connection's TLS handshake, {@value #SECONDS} s at most. It reads by itself, and adds nothing to the pipeline that stays
 * but TLS. On the connection's loop.
 */
public final class Handshake extends ChannelInboundHandlerAdapter {
    public static final int SECONDS = 10;

    private static final int MOST_FACT = 255;

    /** What came of it; told once, in the same turn of the loop in which it came, before any byte that follows it. */
    public interface Outcome {
        /**
         * It succeeded.
         *
         * @param facts what was agreed on: {@code alpn} and, at the ingress, {@code sni}, where there are such
         */
        void agreed(Map<String, String> facts);

        /** It failed, and the connection is closed or about to be. */
        void failed(Throwable cause);
    }

    private final SslHandler tls;
    private final Outcome outcome;
    private boolean over;

    private Handshake(SslHandler tls, Outcome outcome) {
        this.tls = tls;
        this.outcome = outcome;
    }

    /**
     * Begins one with an application.
     *
     * @param channel registered, with what has to stand before TLS in its pipeline
     * @param context of the destination
     * @param outcome is told
     */
    public static void accept(Channel channel, SslContext context, Outcome outcome) {
        begin(channel, context.newHandler(channel.alloc()), outcome);
    }

    /**
     * Begins one with a resource.
     *
     * @param channel registered and connected
     * @param context of the destination
     * @param name that the resource's certificate has to be for, and its port
     * @param outcome is told
     */
    public static void connect(Channel channel, SslContext context, HostPort name, Outcome outcome) {
        begin(channel, context.newHandler(channel.alloc(), name.host(), name.port()), outcome);
    }

    /** {@return the name that the certificate of a destination's resource has to be for, with its port} */
    public static HostPort expected(Destination destination) {
        String name = destination.options().resourceTls().serverName();
        return name.isEmpty()
                ? destination.resource()
                : new HostPort(name, destination.resource().port());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // reading is no promise
    private static void begin(Channel channel, SslHandler tls, Outcome outcome) {
        tls.setHandshakeTimeoutMillis(SECONDS * 1_000L);
        Handshake handshake = new Handshake(tls, outcome);
        channel.pipeline().addLast(tls);
        channel.pipeline().addLast(handshake);
        tls.handshakeFuture().addListener(handshake::ended);
        if (channel.isActive()) {
            // TLS reads on until it is agreed on, but does not begin to
            channel.read();
        } else {
            // the peer was gone before anybody read that; TLS would wait for the connection to begin
            handshake.failed(new ClosedChannelException());
        }
    }

    private void ended(Future<? super Channel> done) {
        if (!done.isSuccess()) {
            failed(done.cause());
        } else if (!over) {
            over = true;
            Channel channel = (Channel) done.getNow();
            channel.pipeline().remove(this);
            outcome.agreed(facts(tls.engine(), tls.applicationProtocol()));
        }
    }

    private void failed(Throwable cause) {
        if (!over) {
            over = true;
            outcome.failed(cause);
        }
    }

    private static Map<String, String> facts(SSLEngine engine, String alpn) {
        String sni = sni(engine);
        if (alpn == null && sni.isEmpty()) {
            return Map.of();
        }
        Map<String, String> facts = new HashMap<>(2);
        if (alpn != null) {
            facts.put("alpn", alpn);
        }
        if (!sni.isEmpty()) {
            facts.put("sni", sni);
        }
        return facts;
    }

    private static String sni(SSLEngine engine) {
        if (engine.getUseClientMode() || !(engine.getSession() instanceof ExtendedSSLSession session)) {
            return "";
        }
        List<SNIServerName> names = session.getRequestedServerNames();
        if (names.isEmpty() || !(names.get(0) instanceof SNIHostName host)) {
            return "";
        }
        String name = host.getAsciiName();
        return name.length() > MOST_FACT ? "" : name;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            // TLS would wait for its time to run out
            context.channel().close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // the handshake's future tells
    }
}
