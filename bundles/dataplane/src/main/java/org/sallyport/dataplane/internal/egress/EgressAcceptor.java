// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Shown;
import org.sallyport.api.Transport;
import org.sallyport.api.event.Event;
import org.sallyport.dataplane.internal.context.Surroundings;
import org.sallyport.dataplane.internal.limits.RefusalLog;
import org.sallyport.dataplane.internal.limits.Share;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.EventLoops;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.ProbeReport;
import org.sallyport.spi.ProbeStep;
import org.sallyport.spi.Protocol;
import org.sallyport.spi.StreamAcceptor;
import org.sallyport.spi.StreamChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the streams that the other ends of one gateway's tunnels open. An open that relies on a configuration which is not
 * here yet waits for it, {@value #PATIENCE_MILLIS} ms at most. Opens come on the loops of their tunnels, the configuration on
 * any thread.
 */
public final class EgressAcceptor implements StreamAcceptor {
    static final int PATIENCE_MILLIS = 2_000;

    static final OpenReply TOO_MANY =
            new OpenReply(OpenCode.TOO_MANY, "too many resources of this gateway are being dialled");

    private static final Logger LOG = LoggerFactory.getLogger(EgressAcceptor.class);

    private final RefusalLog unknown = new RefusalLog();
    private final Surroundings surroundings;
    private final Share dials;
    private final Set<HeldOpen> held = ConcurrentHashMap.newKeySet();
    private volatile EgressConfig config;

    /**
     * @param surroundings of all gateways
     * @param config the first
     */
    public EgressAcceptor(Surroundings surroundings, EgressConfig config) {
        this.surroundings = surroundings;
        dials = new Share(surroundings.limits().dials());
        this.config = config;
    }

    /** Judges opens by another configuration from now on, and those first that waited for it. */
    public void config(EgressConfig newer) {
        config = newer;
        held.forEach(HeldOpen::configChanged);
    }

    public EgressConfig config() {
        return config;
    }

    @Override
    public void accept(StreamChannel stream, OpenRequest request) {
        EgressConfig now = config;
        if (now.revision() >= request.revision() || now.closing()) {
            judge(stream, request, now);
        } else if (dials.take()) {
            new HeldOpen(stream, request).hold();
        } else {
            refuse(stream, request, TOO_MANY);
        }
    }

    private void judge(StreamChannel stream, OpenRequest request, EgressConfig now) {
        EgressDestination wanted = now.destinations().get(request.destination());
        OpenReply obstacle = obstacle(request.destination(), wanted, now);
        if (obstacle != null || wanted == null) {
            refuse(stream, request, obstacle == null ? unknown(request.destination()) : obstacle);
            return;
        }
        Plugin<Protocol> protocol =
                surroundings.protocols().best(wanted.destination().protocol());
        if (protocol == null || !protocol.enter()) {
            refuse(stream, request, missing(wanted));
            return;
        }
        // the limit on connections is the ingress end's, where all of them come together
        wanted.traffic().begin(0);
        AccessPolicy access = access(protocol, now);
        if (wanted.destination().transport() == Transport.UDP) {
            new EgressFlow(this, stream, request, wanted, access, protocol).start();
        } else {
            new EgressConnection(this, stream, request, wanted, access, protocol).start();
        }
    }

    private static OpenReply missing(EgressDestination wanted) {
        return new OpenReply(
                OpenCode.PROTOCOL_MISSING,
                "protocol " + wanted.destination().protocol() + " is not installed at the end that dials");
    }

    /** {@return what is asked for a dial: who judges each request dials what is allowed in part} */
    private static AccessPolicy access(Plugin<Protocol> protocol, EgressConfig now) {
        boolean judges = false;
        try {
            judges = protocol.service().judgesPaths();
        } catch (RuntimeException | LinkageError e) {
            LOG.error("protocol {} failed, so only what is allowed as a whole is dialled for it", protocol.name(), e);
        }
        return judges ? PathJudge.admitting(now.access()) : now.access();
    }

    private static @Nullable OpenReply obstacle(
            DestinationId id, @Nullable EgressDestination wanted, EgressConfig now) {
        if (now.closing()) {
            return new OpenReply(OpenCode.DRAINING, "this end is about to stop");
        }
        if (wanted == null) {
            return unknown(id);
        }
        if (!now.enabled()) {
            return new OpenReply(OpenCode.DISABLED, "the gateway is disabled");
        }
        if (!wanted.destination().enabled() || wanted.isLeaving()) {
            return new OpenReply(OpenCode.DISABLED, "destination " + id + " is disabled");
        }
        return null;
    }

    private static OpenReply unknown(DestinationId id) {
        return new OpenReply(OpenCode.UNKNOWN_DESTINATION, "destination " + id + " is not known at the end that dials");
    }

    private void refuse(StreamChannel stream, OpenRequest request, OpenReply reply) {
        stream.reply(reply);
        refused(request, reply);
    }

    /** Counts and tells of a refusal. */
    void refused(OpenRequest request, OpenReply reply) {
        EgressDestination wanted = config.destinations().get(request.destination());
        String source = text(request.source());
        if (wanted != null) {
            wanted.traffic().refused();
        }
        (wanted == null ? unknown : wanted.refusals()).refused(request.destination(), source, reply);
        surroundings
                .events()
                .publish(new Event.FlowRefused(
                        request.flow(),
                        request.destination(),
                        source,
                        reply.code().name(),
                        reply.text()));
    }

    /** The other end may say anything of where an application is, and need not say it at all. */
    private static String text(InetSocketAddress source) {
        InetAddress address = source.getAddress();
        return address == null
                ? Shown.of(source.getHostString()) + ":" + source.getPort()
                : new HostPort(address.getHostAddress(), source.getPort()).toString();
    }

    /**
     * Dials a destination's resource, asks what its protocol has to ask, and hangs up.
     *
     * @param id of the destination
     * @return how far that came
     */
    public Future<ProbeReport> probe(DestinationId id) {
        EventLoop loop = surroundings.loops().next();
        EgressConfig now = config;
        EgressDestination wanted = now.destinations().get(id);
        OpenReply obstacle = obstacle(id, wanted, now);
        if (obstacle != null || wanted == null) {
            return loop.newSucceededFuture(untried("destination", obstacle == null ? unknown(id) : obstacle));
        }
        Plugin<Protocol> protocol =
                surroundings.protocols().best(wanted.destination().protocol());
        if (protocol == null) {
            return loop.newSucceededFuture(untried("protocol", missing(wanted)));
        }
        return new Trial(this, wanted, protocol, loop).start(access(protocol, now));
    }

    private static ProbeReport untried(String step, OpenReply obstacle) {
        return new ProbeReport(obstacle, List.of(ProbeStep.failed(step, obstacle.text())));
    }

    /**
     * The way to a resource, not begun, as one of this gateway.
     *
     * @param caller for whom
     * @param observer hears how far it has come
     */
    Dial dial(
            EventLoop loop,
            EgressDestination wanted,
            Caller caller,
            AccessPolicy access,
            Dial.Outcome outcome,
            DialObserver observer) {
        return new Dial(
                surroundings,
                dials,
                loop,
                wanted.destination(),
                wanted.tls(),
                caller,
                access,
                config.access(),
                outcome,
                observer);
    }

    /** The way to a resource that takes datagrams, not begun, as one of this gateway. */
    DatagramDial dialDatagrams(
            EventLoop loop,
            EgressDestination wanted,
            AccessPolicy access,
            DatagramDial.Outcome outcome,
            DialObserver observer) {
        return new DatagramDial(surroundings, dials, loop, wanted.destination(), access, outcome, observer);
    }

    EventLoops loops() {
        return surroundings.loops();
    }

    /** An open that is ahead of this end's configuration. On its stream's loop. */
    private final class HeldOpen extends ChannelInboundHandlerAdapter {
        private final StreamChannel stream;
        private final OpenRequest request;
        private java.util.concurrent.@Nullable Future<?> alarm;
        private boolean over;
        private boolean inputEnded;

        HeldOpen(StreamChannel stream, OpenRequest request) {
            this.stream = stream;
            this.request = request;
        }

        void hold() {
            stream.pipeline().addLast(this);
            held.add(this);
            alarm = stream.eventLoop().schedule(this::expired, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            // it may have come between the look at it and now
            lookAgain();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            inputEnded |= event == ChannelInputShutdownEvent.INSTANCE;
        }

        void configChanged() {
            stream.eventLoop().execute(this::lookAgain);
        }

        private void lookAgain() {
            EgressConfig now = config;
            if (!over && (now.revision() >= request.revision() || now.closing())) {
                end();
                stream.pipeline().remove(this);
                judge(stream, request, now);
                if (inputEnded && stream.isOpen()) {
                    // told to this handler, while nobody else was there to hear it
                    stream.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
                }
            }
        }

        private void expired() {
            if (!over) {
                end();
                refuse(
                        stream,
                        request,
                        new OpenReply(
                                OpenCode.UNKNOWN_DESTINATION,
                                "the end that dials has configuration " + config.revision() + ", not yet "
                                        + request.revision()));
            }
        }

        private void end() {
            over = true;
            held.remove(this);
            if (alarm != null) {
                alarm.cancel(false);
            }
            dials.give();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!over) {
                end();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // channelInactive follows
        }
    }
}
