// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.ReferenceCountUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sallyport.dataplane.internal.limits.Share;
import org.sallyport.dataplane.internal.limits.SourceCounts;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.spi.EventLoops;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.Protocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The flows of datagrams of one UDP port: one for each address and port that sends. When there are as many as there may be,
 * the one that is idle longest makes room for a new one. On the loop of the port's socket.
 */
final class FlowTable extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(FlowTable.class);
    private static final int RECEIVED_UNREAD = 4 * 1024 * 1024;

    private final IngressDestination owner;
    private final Share share;
    private final EventLoops loops;
    /** Whose last datagram is the longest ago comes first. */
    private final Map<InetSocketAddress, IngressFlow> flows = new LinkedHashMap<>(16, 0.75f, true);

    private final SourceCounts bySource;
    private final List<IngressFlow> burst = new ArrayList<>();
    private @Nullable DatagramChannel socket;
    private boolean flushing;

    /**
     * @param owner whose port it is
     * @param share of the process' flows
     */
    FlowTable(IngressDestination owner, Share share) {
        this.owner = owner;
        this.share = share;
        loops = owner.surroundings().loops();
        bySource = new SourceCounts(
                () -> owner.surroundings().limits().settings().now().shared().flowsSource());
    }

    /** {@return a UDP socket whose datagrams come here} */
    DatagramChannel socket(InetSocketAddress address) {
        DatagramChannel made = loops.datagramSocket(
                address.getAddress() instanceof Inet6Address ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET);
        made.config().setOption(ChannelOption.SO_RCVBUF, RECEIVED_UNREAD);
        made.pipeline().addLast(this);
        socket = made;
        return made;
    }

    private DatagramChannel socket() {
        DatagramChannel made = socket;
        if (made == null) {
            throw new IllegalStateException("there is no socket yet");
        }
        return made;
    }

    // ------------------------------------------------------------------ from applications

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof DatagramPacket packet)) {
            ReferenceCountUtil.release(message);
            return;
        }
        InetSocketAddress source = packet.sender();
        IngressFlow flow = flows.get(source);
        if (flow == null) {
            flow = begin(source);
        }
        if (flow == null) {
            packet.release();
            owner.dropped(1);
            return;
        }
        if (flow.joinBurst()) {
            burst.add(flow);
        }
        flow.fromApplication(packet.content());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        for (IngressFlow flow : burst) {
            flow.burstComplete();
        }
        burst.clear();
    }

    private @Nullable IngressFlow begin(InetSocketAddress source) {
        InetAddress address = source.getAddress();
        if (owner.rates().enter(address, owner.isBehind()) > 0) {
            return null;
        }
        Plugin<Protocol> protocol = owner.admit(source);
        if (protocol == null) {
            return null;
        }
        if (owner.takePlace(source) != null) {
            protocol.leave();
            return null;
        }
        OpenReply obstacle = obstacle(address);
        if (obstacle != null) {
            protocol.leave();
            owner.traffic().ended();
            owner.refused(owner.surroundings().nextFlow(), source, obstacle);
            return null;
        }
        IngressFlow made;
        try {
            made = new IngressFlow(owner, this, protocol, source, socket().localAddress(), socket().eventLoop());
        } catch (RuntimeException | LinkageError e) {
            LOG.error("protocol {} failed on a new flow", protocol.name(), e);
            share.give();
            bySource.give(address);
            protocol.leave();
            owner.traffic().ended();
            OpenReply failed = new OpenReply(OpenCode.INTERNAL, "protocol " + protocol.name() + " failed");
            owner.refused(owner.surroundings().nextFlow(), source, failed);
            return null;
        }
        flows.put(source, made);
        made.start();
        return made;
    }

    /** Takes a place; {@return why there is none, null when one was taken} */
    private @Nullable OpenReply obstacle(InetAddress source) {
        if (!bySource.take(source)) {
            return new OpenReply(
                    OpenCode.TOO_MANY, "the limit flows.source of " + bySource.most() + " flows is reached");
        }
        if (share.take()) {
            return null;
        }
        Iterator<IngressFlow> idlest = flows.values().iterator();
        if (idlest.hasNext()) {
            idlest.next().displaced();
            if (share.take()) {
                return null;
            }
        }
        bySource.give(source);
        return new OpenReply(OpenCode.TOO_MANY, "too many flows of datagrams are open");
    }

    /** A flow is not heard any more. */
    void forget(IngressFlow flow) {
        if (flows.remove(flow.source(), flow)) {
            share.give();
            bySource.give(flow.source().getAddress());
        }
    }

    // ------------------------------------------------------------------ to applications

    /**
     * Sends a datagram to an application, soon; drops it when too many wait for the kernel.
     *
     * @return whether it was sent
     */
    @SuppressWarnings("FutureReturnValueIgnored") // what is lost is lost
    boolean send(ByteBuf datagram, InetSocketAddress source) {
        DatagramChannel to = socket();
        flows.get(source); // it is not idle
        if (!datagram.isReadable()) {
            datagram.release();
            return loops.sendEmpty(to, source);
        }
        if (!to.isWritable()) {
            datagram.release();
            return false;
        }
        to.write(new DatagramPacket(datagram, source), to.voidPromise());
        return true;
    }

    /** Those that came together were sent; what other flows send in this turn of the loop leaves with them. */
    void sendComplete() {
        if (!flushing) {
            flushing = true;
            socket().eventLoop().execute(this::flush);
        }
    }

    private void flush() {
        flushing = false;
        socket().flush();
    }

    // ------------------------------------------------------------------ the end

    /** The port is closed: nobody can be answered any more. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        for (IngressFlow flow : List.copyOf(flows.values())) {
            flow.portClosed();
        }
    }

    /** Whatever the kernel tells of datagrams that were sent before: one that is lost is nothing new. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("{}: a datagram was not received or not sent", context.channel(), cause);
    }
}
