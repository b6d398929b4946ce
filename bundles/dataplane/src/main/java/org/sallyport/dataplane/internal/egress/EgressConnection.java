// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.sallyport.dataplane.internal.context.ConnectionContext;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.relay.RelayedConnection;
import org.sallyport.dataplane.internal.relay.SocketEnd;
import org.sallyport.dataplane.internal.relay.StreamEnd;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.PipelineStage;
import org.sallyport.spi.Protocol;
import org.sallyport.spi.ResetMode;
import org.sallyport.spi.StreamChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream that another end opened: dials the resource, answers, and relays. What was sent early stays unread in the stream
 * until the resource is there. On the stream's loop, on which the resource's socket lives too.
 */
final class EgressConnection extends RelayedConnection implements Dial.Outcome {
    private static final Logger LOG = LoggerFactory.getLogger(EgressConnection.class);

    private final StreamChannel stream;
    private final StreamEnd end;
    private final OpenRequest request;
    private final EgressDestination wanted;
    private final EgressAcceptor owner;
    private final Dial dial;
    private @Nullable SocketEnd socket;
    private @Nullable ConnectionContext context;
    private boolean answered;

    /**
     * @param owner dials for its gateway, and is told of refusals
     * @param stream that was opened
     * @param request what is wanted
     * @param wanted the destination
     * @param access says what may be dialled
     * @param protocol entered
     */
    EgressConnection(
            EgressAcceptor owner,
            StreamChannel stream,
            OpenRequest request,
            EgressDestination wanted,
            AccessPolicy access,
            Plugin<Protocol> protocol) {
        super(wanted.destination(), protocol, wanted.connections(), wanted.traffic(), false);
        this.stream = stream;
        this.request = request;
        this.wanted = wanted;
        this.owner = owner;
        end = new StreamEnd(this, stream.eventLoop());
        dial = owner.dial(stream.eventLoop(), wanted, Caller.of(request), access, this, DialObserver.NOBODY);
    }

    /** Begins. */
    void start() {
        begin();
        stream.pipeline().addLast(end);
        if (wanted.isLeaving()) {
            refused(new OpenReply(
                    OpenCode.DRAINING,
                    "destination " + destination().id() + " takes no more connections at the end that dials"));
        } else if (protocol().isRetired()) {
            refused(new OpenReply(
                    OpenCode.PROTOCOL_MISSING,
                    "protocol " + protocol().name() + " is being removed at the end that dials"));
        } else {
            dial.start();
        }
    }

    @Override
    public void reached(DuplexChannel channel, @Nullable InetAddress address) {
        SocketEnd made = new SocketEnd(channel, this);
        socket = made;
        try {
            PipelineStage stage = protocol().service().egress();
            if (stage != PipelineStage.none()) {
                ConnectionContext told = new ConnectionContext(
                        this, loop(), request.source(), request.local(), request.facts(), judge(address));
                context = told;
                stage.addTo(channel.pipeline(), told);
                told.answered(OpenReply.OK);
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.error(
                    "{}: protocol {} failed on a new connection",
                    channel,
                    destination().protocol(),
                    e);
            made.resetSocket();
            refused(new OpenReply(OpenCode.INTERNAL, "protocol " + destination().protocol() + " failed"));
            return;
        }
        channel.pipeline().addLast(made);
        answered = true;
        stream.reply(OpenReply.OK);
        made.join(end);
    }

    private PathJudge judge(@Nullable InetAddress address) {
        return new PathJudge(owner, request, destination().resource(), address);
    }

    @Override
    public void refused(OpenReply reply) {
        if (!answered) {
            answered = true;
            because("refused: " + reply.text());
            stream.reply(reply);
            owner.refused(request, reply);
            finish();
        }
    }

    @Override
    public EventLoop loop() {
        return stream.eventLoop();
    }

    @Override
    protected void socketBroken(String why) {
        end.peerBroken();
    }

    @Override
    protected void streamBroken(StreamEnd broken, Throwable cause) {
        dial.cancel();
        answered = true;
        because(String.valueOf(cause.getMessage()));
        finish();
    }

    @Override
    protected void resetBoth() {
        SocketEnd made = socket;
        if (made == null) {
            dial.cancel();
            refused(new OpenReply(OpenCode.DRAINING, "this end is about to stop"));
        } else {
            end.reset(ResetMode.ABORT);
            made.resetSocket();
        }
    }

    @Override
    public void drain() {
        loop().execute(() -> {
            ConnectionContext told = context;
            if (told != null) {
                told.drain();
            }
        });
    }

    @Override
    protected void closed(String why) {
        // the ingress end tells how a connection ended
    }
}
