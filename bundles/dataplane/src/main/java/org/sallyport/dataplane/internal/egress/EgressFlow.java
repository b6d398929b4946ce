// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.sallyport.dataplane.internal.context.ConnectionContext;
import org.sallyport.dataplane.internal.context.ContextSide;
import org.sallyport.dataplane.internal.datagram.DatagramEnd;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.relay.Connection;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.Protocol;
import org.sallyport.spi.StreamChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A flow of datagrams that another end opened: a socket of its own, from which its datagrams go to the resource. The end that
 * opened it knows when it is idle; a resource that refuses a datagram does not end it. On the stream's loop.
 */
final class EgressFlow extends Connection implements DatagramEnd.Flow, DatagramDial.Outcome {
    private static final Logger LOG = LoggerFactory.getLogger(EgressFlow.class);
    private static final Duration QUIET = Duration.ofSeconds(1);

    private final EgressAcceptor owner;
    private final StreamChannel stream;
    private final OpenRequest request;
    private final EgressDestination wanted;
    private final DatagramEnd end;
    private final ConnectionContext context;
    private final DatagramDial dial;
    private @Nullable DatagramChannel socket;
    private long sent;
    private boolean answered;
    private boolean ending;

    /**
     * @param owner dials for its gateway, and is told of refusals
     * @param stream that was opened
     * @param request what is wanted
     * @param wanted the destination
     * @param access says what may be dialled
     * @param protocol entered
     */
    EgressFlow(
            EgressAcceptor owner,
            StreamChannel stream,
            OpenRequest request,
            EgressDestination wanted,
            AccessPolicy access,
            Plugin<Protocol> protocol) {
        super(wanted.destination(), protocol, wanted.connections(), wanted.traffic(), false, Duration.ZERO);
        this.owner = owner;
        this.stream = stream;
        this.request = request;
        this.wanted = wanted;
        end = new DatagramEnd(this, stream.eventLoop(), stream.eventLoop());
        context = new ConnectionContext(
                this, stream.eventLoop(), request.source(), request.local(), request.facts(), new ContextSide() {});
        dial = owner.dialDatagrams(stream.eventLoop(), wanted, access, this, DialObserver.NOBODY);
    }

    /** Begins. */
    void start() {
        begin();
        stream.closeFuture().addListener(closed -> streamGone());
        stream.pipeline().addLast(end.handlers(protocol().service().egress(), context));
        if (wanted.isLeaving()) {
            refused(new OpenReply(
                    OpenCode.DRAINING,
                    "destination " + destination().id() + " takes no more flows at the end that dials"));
        } else if (protocol().isRetired()) {
            refused(new OpenReply(
                    OpenCode.PROTOCOL_MISSING,
                    "protocol " + protocol().name() + " is being removed at the end that dials"));
        } else {
            dial.start();
        }
    }

    @Override
    public EventLoop loop() {
        return stream.eventLoop();
    }

    @Override
    public void reached(DatagramChannel made) {
        socket = made;
        answered = true;
        made.pipeline().addLast(new Replies());
        context.answered(OpenReply.OK);
        stream.reply(OpenReply.OK);
        stream.config().setAutoRead(true);
        made.config().setAutoRead(true);
    }

    @Override
    public void refused(OpenReply reply) {
        if (!answered) {
            answered = true;
            because("refused: " + reply.text());
            end.forget();
            stream.reply(reply);
            owner.refused(request, reply);
        }
    }

    // ------------------------------------------------------------------ to the resource

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // what is lost is lost
    public void fromStream(ByteBuf datagram) {
        DatagramChannel to = socket;
        if (to == null || ending) {
            datagram.release();
            return;
        }
        sent += datagram.readableBytes();
        if (!datagram.isReadable()) {
            datagram.release();
            if (!owner.loops().sendEmpty(to, to.remoteAddress())) {
                dropped(1);
            }
        } else if (to.isWritable()) {
            to.write(datagram, to.voidPromise());
        } else {
            datagram.release();
            dropped(1);
        }
    }

    @Override
    public void fromStreamComplete() {
        DatagramChannel to = socket;
        if (to != null) {
            carriedFromStream(sent);
            sent = 0;
            to.flush();
        }
    }

    @Override
    public void dropped(int count) {
        wanted.dropped(count);
    }

    // ------------------------------------------------------------------ from the resource

    /** Takes what the resource answers. */
    private final class Replies extends ChannelInboundHandlerAdapter {
        private long received;

        @Override
        public void channelRead(ChannelHandlerContext on, Object message) {
            if (!(message instanceof DatagramPacket packet)) {
                ReferenceCountUtil.release(message);
                return;
            }
            received += packet.content().readableBytes();
            end.send(packet.content());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext on) {
            carriedFromSocket(received);
            received = 0;
            end.flush();
        }

        /** The resource's host says that nobody is there: that may change with the next datagram. */
        @Override
        public void exceptionCaught(ChannelHandlerContext on, Throwable cause) {
            LOG.debug("{}: a datagram was not received or not sent", on.channel(), cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext on) {
            letGo(false);
        }
    }

    // ------------------------------------------------------------------ the end

    @Override
    public void streamEnded(DatagramEnd ended, String why) {
        because(why);
        letGo(false);
    }

    /** Has no end of its own, so being quiet for a moment is taken for it. Safe for every thread. */
    @Override
    public void drain() {
        loop().execute(() -> {
            context.drain();
            endWhenQuietFor(QUIET);
        });
    }

    @Override
    protected void idle() {
        letGo(false);
    }

    @Override
    protected void abortNow() {
        refused(new OpenReply(OpenCode.DRAINING, "this end is about to stop"));
        letGo(true);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits
    private void letGo(boolean now) {
        if (!ending) {
            ending = true;
            dial.cancel();
            DatagramChannel open = socket;
            if (open != null) {
                open.close();
            }
            end.leave();
        }
        if (now) {
            end.reset();
        }
    }

    /** No code of the protocol runs for it any more. */
    private void streamGone() {
        letGo(false);
        finish();
    }

    @Override
    protected void closed(String why) {
        // the ingress end tells how a flow ended
    }
}
