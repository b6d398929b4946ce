// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.function.Consumer;

/**
 * Has a {@link ProxyTalk} on a connection, and goes when the proxy has made the connection; what the server may have said
 * already is read on by who comes next. The talks bound what they wait for; the time is bounded by who connects.
 *
 * <p>On the connection's event loop.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // what is not written shows in the end of the connection; closed is closed
public final class ProxyPassage extends ByteToMessageDecoder {
    private final String proxy;
    private final ProxyTalk talk;
    private final Runnable passed;
    private final Consumer<ProxyException> failed;
    private boolean opened;
    private boolean over;

    /**
     * @param proxy what it is called in messages
     * @param talk what is said
     * @param passed adds what comes after, once
     * @param failed is told why not, once; the connection is closed
     */
    public ProxyPassage(String proxy, ProxyTalk talk, Runnable passed, Consumer<ProxyException> failed) {
        this.proxy = proxy;
        this.talk = talk;
        this.passed = passed;
        this.failed = failed;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (context.channel().isActive()) {
            open(context);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        open(context);
        context.fireChannelActive();
    }

    /** Who is added as soon as the connection is there is told so all the same. */
    private void open(ChannelHandlerContext context) {
        if (!opened) {
            opened = true;
            context.writeAndFlush(talk.opening());
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (over) {
            in.skipBytes(in.readableBytes());
            return;
        }
        ByteBuf answer;
        try {
            answer = talk.heard(in);
        } catch (ProxyException none) {
            in.skipBytes(in.readableBytes());
            fail(context, none);
            return;
        }
        if (answer != null) {
            context.writeAndFlush(answer);
        }
        if (talk.through()) {
            passed.run();
            over = true;
            context.pipeline().remove(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            broken(context);
        }
        super.userEventTriggered(context, event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        broken(context);
        super.channelInactive(context);
    }

    private void broken(ChannelHandlerContext context) {
        if (!over) {
            fail(context, talk.broken(internalBuffer()));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(
                context,
                ProxyException.absent(
                        "the " + proxy + " broke the connection off before it answered: " + cause.getMessage(), cause));
    }

    private void fail(ChannelHandlerContext context, ProxyException cause) {
        if (!over) {
            over = true;
            failed.accept(cause);
            context.close();
        }
    }
}
