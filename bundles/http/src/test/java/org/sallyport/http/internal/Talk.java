// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.sallyport.http.HttpLimits;
import org.sallyport.spi.StageEvent;

/** A handler between an end that speaks in text and the data plane's last handler, which is played here. */
final class Talk implements AutoCloseable {
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    final EmbeddedChannel channel = new EmbeddedChannel();
    final FakeContext context;
    /** What reached the last handler. */
    final List<Object> events = new ArrayList<>();
    /** Whether the last buffer that was given came through as it was. */
    private boolean same;

    private int reads;
    private boolean inputEnded;
    private boolean outputEnded;

    private Talk(FakeContext context, ChannelHandler handler) {
        this.context = context;
        channel.config().setAllocator(memory);
        channel.freezeTime();
        channel.pipeline().addLast(new Socket(), handler, new Last());
    }

    static Talk ingress(FakeContext context) {
        return new Talk(context, new HttpIngress(context, false, HttpLimits.DEFAULTS, () -> context.maxBody));
    }

    static Talk ingress() {
        return ingress(new FakeContext());
    }

    static Talk guard(FakeContext context) {
        return new Talk(context, new HttpPathGuard(context, HttpLimits.DEFAULTS));
    }

    /** What the socket reads; {@return what reached the last handler} */
    String read(String text) {
        channel.writeInbound(buffer(text));
        return passed();
    }

    /** What the last handler writes; {@return what reached the socket} */
    String write(String text) {
        ByteBuf given = buffer(text);
        channel.writeOutbound(given);
        return sent(given);
    }

    String passed() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf data = channel.readInbound(); data != null; data = channel.readInbound()) {
            all.append(data.toString(StandardCharsets.ISO_8859_1));
            data.release();
        }
        return all.toString();
    }

    String sent() {
        return sent(null);
    }

    private String sent(Object given) {
        StringBuilder all = new StringBuilder();
        same = false;
        for (ByteBuf data = channel.readOutbound(); data != null; data = channel.readOutbound()) {
            same |= data == given;
            all.append(data.toString(StandardCharsets.ISO_8859_1));
            data.release();
        }
        return all.toString();
    }

    /** {@return how often the socket was asked to read} */
    int reads() {
        return reads;
    }

    boolean cameThroughAsItWas() {
        return same;
    }

    void resource(StageEvent event) {
        channel.pipeline().fireUserEventTriggered(event);
    }

    void endInput() {
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }

    /** {@return whether the output was ended towards the application, in order} */
    boolean isOutputEnded() {
        return outputEnded;
    }

    boolean isInputEnded() {
        return inputEnded;
    }

    private ByteBuf buffer(String text) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        return memory.directBuffer(Math.max(1, octets.length)).writeBytes(octets);
    }

    /** Nothing may be left. */
    @Override
    public void close() {
        channel.finishAndReleaseAll();
        assertThat(memory.metric().usedDirectMemory()).as("direct memory").isZero();
        assertThat(memory.metric().usedHeapMemory()).as("heap buffers").isZero();
    }

    private final class Socket extends ChannelOutboundHandlerAdapter {
        @Override
        public void read(ChannelHandlerContext to) {
            reads++;
            to.read();
        }
    }

    /** As the data plane's last handler does. */
    private final class Last extends ChannelInboundHandlerAdapter {
        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // an embedded channel is closed at once
        public void userEventTriggered(ChannelHandlerContext from, Object event) {
            events.add(event);
            outputEnded |= event == StageEvent.RESOURCE_ENDED;
            inputEnded |= event == ChannelInputShutdownEvent.INSTANCE;
            if (inputEnded && outputEnded) {
                from.close();
            }
        }
    }
}
