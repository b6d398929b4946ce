// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.function.LongSupplier;
import org.sallyport.http.HttpLimits;
import org.sallyport.spi.StageEvent;
import org.sallyport.spi.StreamContext;

/**
 * HTTP at the application's side of a connection: what its channel tells, handed to the {@link HttpConnection}, or on, or
 * dropped, after what the connection has become.
 *
 * <p>On the channel's event loop. What is read is passed on or released.
 */
public final class HttpIngress extends ChannelDuplexHandler {
    private final HttpConnection connection;

    /**
     * @param context of the connection
     * @param tls whether the application speaks TLS
     * @param limits of heads and times
     * @param maxBody bytes of a request's body that are carried, 0: all; asked for each request
     */
    public HttpIngress(StreamContext context, boolean tls, HttpLimits limits, LongSupplier maxBody) {
        connection = new HttpConnection(context, tls, limits, maxBody);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        connection.begin(added);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        connection.gone();
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        if (connection.isOver()) {
            ReferenceCountUtil.release(message);
        } else if (connection.isHttp() && message instanceof ByteBuf data) {
            connection.read(data);
        } else {
            from.fireChannelRead(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext from) {
        connection.readComplete();
        if (!connection.isOver()) {
            from.fireChannelReadComplete();
        } else if (!from.channel().config().isAutoRead()) {
            from.read();
        }
    }

    @Override
    public void read(ChannelHandlerContext to) {
        if (!connection.holdsRead()) {
            to.read();
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the promise is its caller's
    public void write(ChannelHandlerContext to, Object message, ChannelPromise promise) {
        if (connection.isRaw() || !(message instanceof ByteBuf data) || !data.isReadable()) {
            to.write(message, promise);
        } else if (connection.isHttp()) {
            connection.write(data, promise);
        } else {
            data.release();
            promise.trySuccess();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            connection.inputShutDown();
        } else if (!(event instanceof StageEvent change) || connection.isRaw()) {
            from.fireUserEventTriggered(event);
        } else {
            connection.streamEnded(change);
        }
    }
}
