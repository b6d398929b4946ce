// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.sallyport.api.pki.Fingerprints;
import org.sallyport.spi.Tunnel;
import org.sallyport.wire.TunnelProtocol;

/**
 * Waits for TLS, looks at what was agreed, and goes. Frames must not be written before: their codec is added only then.
 *
 * <p>On the connection's event loop.
 */
final class Handshake extends ChannelInboundHandlerAdapter {
    private final BiConsumer<ChannelHandlerContext, Tunnel.Peer> done;
    private final Consumer<Throwable> failed;
    private boolean over;

    /**
     * @param done adds what comes after, once
     * @param failed is told why not, once; the connection is closed
     */
    Handshake(BiConsumer<ChannelHandlerContext, Tunnel.Peer> done, Consumer<Throwable> failed) {
        this.done = done;
        this.failed = failed;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            if (completion.isSuccess()) {
                check(context);
            } else {
                fail(context, completion.cause());
            }
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    private void check(ChannelHandlerContext context) {
        SslHandler tls = context.pipeline().get(SslHandler.class);
        if (!TunnelProtocol.ALPN.equals(tls.applicationProtocol())) {
            fail(context, new NotSallyportException("the other end does not speak " + TunnelProtocol.ALPN));
            return;
        }
        Tunnel.Peer peer;
        try {
            SSLSession session = tls.engine().getSession();
            peer = new Tunnel.Peer(
                    (InetSocketAddress) context.channel().remoteAddress(),
                    Fingerprints.of(session.getPeerCertificates()[0].getPublicKey()),
                    session.getProtocol() + " " + session.getCipherSuite());
            session.invalidate();
        } catch (SSLPeerUnverifiedException noKey) {
            fail(context, noKey);
            return;
        }
        over = true;
        context.pipeline().remove(this);
        done.accept(context, peer);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(context, new NotSallyportException("the connection was closed during the TLS handshake"));
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(context, cause);
    }

    /** There will be no handshake: there is no connection. */
    void unconnected(Throwable cause) {
        if (!over) {
            over = true;
            failed.accept(cause);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // closed is closed
    private void fail(ChannelHandlerContext context, Throwable cause) {
        if (!over) {
            over = true;
            failed.accept(cause);
            context.close();
        }
    }

    /** There is a server, but none of ours. */
    static final class NotSallyportException extends IOException {
        private static final long serialVersionUID = 1L;

        NotSallyportException(String message) {
            super(message);
        }
    }
}
