// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.HostPort;
import org.sallyport.api.Transport;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.tls.TlsFailure;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.Inquiry;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.ProbeReport;
import org.sallyport.spi.ProbeStep;
import org.sallyport.spi.Protocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries the way to a resource once, as an open of an application would go it, and hangs up. Where TLS protects the way, or the
 * protocol has something to ask, it listens for a while before that: a resource that wants a certificate says so only after
 * the handshake (RFC 8446 §4.4.2.4). On one event loop.
 */
final class Trial implements Dial.Outcome, DatagramDial.Outcome, Interview.Outcome {
    private static final Logger LOG = LoggerFactory.getLogger(Trial.class);
    private static final String PROTOCOL = "protocol";
    private static final long QUIET_MILLIS = 1_000;
    private static final long LONGEST_MILLIS = 10_000;

    private final EgressAcceptor owner;
    private final EgressDestination wanted;
    private final Destination destination;
    private final Plugin<Protocol> protocol;
    private final EventLoop loop;
    private final TrialSteps steps;
    private final Promise<ProbeReport> report;
    private final long deadline;
    private @Nullable Channel reached;
    /** What is told in place of an answer. */
    private @Nullable ProbeStep unasked;

    private boolean entered;

    /**
     * @param owner dials for its gateway
     * @param wanted the destination
     * @param protocol of the destination, not entered
     * @param loop on which everything happens
     */
    Trial(EgressAcceptor owner, EgressDestination wanted, Plugin<Protocol> protocol, EventLoop loop) {
        this.owner = owner;
        this.wanted = wanted;
        this.protocol = protocol;
        this.loop = loop;
        destination = wanted.destination();
        steps = new TrialSteps(destination, loop.ticker()::nanoTime);
        report = loop.newPromise();
        deadline = loop.ticker().nanoTime()
                + destination.options().connectTimeout().toNanos();
    }

    /**
     * Begins; on any thread.
     *
     * @param access says what may be dialled
     * @return what came of it
     */
    Future<ProbeReport> start(AccessPolicy access) {
        if (destination.transport() == Transport.UDP) {
            loop.execute(owner.dialDatagrams(loop, wanted, access, this, steps)::start);
        } else {
            loop.execute(owner.dial(loop, wanted, Caller.NOBODY, access, this, steps)::start);
        }
        return report;
    }

    @Override
    public void refused(OpenReply reply) {
        steps.refused(reply);
        end(reply);
    }

    // ------------------------------------------------------------------ connections

    @Override
    public void reached(DuplexChannel socket, @Nullable InetAddress address) {
        reached = socket;
        steps.secured(socket);
        Inquiry inquiry = inquiry();
        boolean tls = socket.pipeline().get(SslHandler.class) != null;
        if (inquiry == null && !tls) {
            over(null);
        } else {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - loop.ticker().nanoTime());
            long patience = inquiry == null ? QUIET_MILLIS : Math.max(QUIET_MILLIS, Math.min(left, LONGEST_MILLIS));
            socket.pipeline().addLast(new Interview(inquiry, destination.resource(), patience, this));
        }
    }

    /** What is to be asked; null: nothing. */
    private @Nullable Inquiry inquiry() {
        if (!protocol.enter()) {
            unasked = ProbeStep.failed(PROTOCOL, "protocol " + protocol.name() + " is being removed here");
            return null;
        }
        entered = true;
        Inquiry inquiry;
        try {
            inquiry = protocol.service().inquiry(destination);
        } catch (RuntimeException | LinkageError e) {
            unasked = failed(e);
            return null;
        }
        if (inquiry != null && !wholly(owner.config().access())) {
            unasked = ProbeStep.passed(
                    inquiry.name(), "not asked, because rules allow only some paths of " + destination.resource());
            return null;
        }
        return inquiry;
    }

    /** Whether not only some requests are allowed. */
    private boolean wholly(AccessPolicy policy) {
        HostPort resource = destination.resource();
        try {
            return steps.addresses().isEmpty()
                    ? policy.checkUnresolved(resource.host(), resource.port()).allowed()
                    : steps.addresses().stream()
                            .allMatch(each -> policy.check(resource.host(), resource.port(), each.getAddress())
                                    .allowed());
        } catch (RuntimeException e) {
            LOG.error("{}: the access policy failed, so nothing is asked of it", resource, e);
            return false;
        }
    }

    private ProbeStep failed(Throwable failure) {
        LOG.error("destination {}: protocol {} failed in a test", destination.id(), protocol.name(), failure);
        return ProbeStep.failed(PROTOCOL, "protocol " + protocol.name() + " failed, see the log");
    }

    @Override
    public void over(@Nullable ProbeStep found) {
        Channel socket = reached;
        if (socket != null) {
            steps.accepted(socket);
        }
        ProbeStep last = found == null ? unasked : found;
        if (last != null) {
            steps.add(last);
        }
        end(OpenReply.OK);
    }

    @Override
    public void broken(Throwable failure) {
        over(failed(failure));
    }

    @Override
    public void objected(@Nullable Throwable cause) {
        steps.objected(
                cause == null ? TlsFailure.endOfResource(destination) : TlsFailure.ofResource(destination, cause));
        end(OpenReply.OK);
    }

    // ------------------------------------------------------------------ datagrams

    @Override
    public void reached(DatagramChannel socket) {
        reached = socket;
        socket.pipeline().addLast(new DatagramTrial(owner.loops(), this::heard));
    }

    private void heard(boolean refused, String what) {
        HostPort resource = destination.resource();
        steps.datagrams(
                !refused,
                refused
                        ? resource + " refused a datagram: nobody listens at that port; start what does, or"
                                + " destination:update " + destination.id() + " --resource HOST:PORT names another"
                        : resource + ": " + what);
        end(OpenReply.OK);
    }

    // ------------------------------------------------------------------ the end

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits
    private void end(OpenReply reply) {
        if (entered) {
            entered = false;
            protocol.leave();
        }
        Channel socket = reached;
        if (socket != null) {
            socket.close();
        }
        report.trySuccess(new ProbeReport(reply, steps.soFar()));
    }
}
