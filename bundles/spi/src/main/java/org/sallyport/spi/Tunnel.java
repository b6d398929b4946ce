// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;
import org.sallyport.api.service.LimitView;

/** One authenticated connection between a client and a server, which carries streams both ways. Safe for every thread. */
@ConsumerType
public interface Tunnel {
    /**
     * Who is at the other end.
     *
     * @param address its socket address; unresolved, and as it was dialled, where a proxy is between
     * @param keyFingerprint SHA-256 of its certificate's public key, 64 hexadecimal digits: the client's key at the
     *     server; at the client the server's
     * @param tls version and cipher suite that were negotiated
     */
    record Peer(InetSocketAddress address, String keyFingerprint, String tls) {}

    /**
     * What it does.
     *
     * @param rttNanos the last measured round trip, -1 before the first
     * @param openStreams without the control stream
     * @param bytesSent payload of data streams
     * @param bytesReceived payload of data streams
     * @param windowBytes that windows of streams have beyond what streams begin with
     * @param heldBytes that streams hold for readers that have not taken them yet, and for want of credit
     */
    record Stats(
            long rttNanos, int openStreams, long bytesSent, long bytesReceived, long windowBytes, long heldBytes) {}

    /** {@return the loop on which everything of this tunnel happens} */
    EventLoop eventLoop();

    Peer peer();

    /** {@return the last figures; cheap, may be a moment old} */
    Stats stats();

    /** {@return the limits that hold for it, since its beginning, and how much of them is used; may be a moment old} */
    default List<LimitView> limits() {
        return List.of();
    }

    /** {@return socket and TLS implementation in use and the proxy that it goes through, for people} */
    String transport();

    /** {@return what this end can do beyond the protocol's first version; roles tell it to the other end} */
    default Set<String> features() {
        return Set.of();
    }

    /**
     * Uses what the other end can do as well, for streams that begin from now on. A role calls it when the attach is
     * accepted: at the server before it says so, at the client before the tunnel is used.
     *
     * @param theirs {@link #features()} of the other end; those that this end does not have mean nothing
     */
    default void agree(Collection<String> theirs) {}

    /** {@return what both ends can do, once that was agreed} */
    default List<String> agreed() {
        return List.of();
    }

    /**
     * The control stream, on which roles speak; handlers are added by the role on the event loop, before it turns auto-read
     * on. Its end ends the tunnel.
     */
    StreamChannel control();

    /**
     * Lets the other end open streams. Before this call every stream but the control stream is refused. On the server it
     * also ends the time and byte limits that hold before an attach.
     *
     * @param acceptor gets them
     */
    void admit(StreamAcceptor acceptor);

    /**
     * Opens a stream.
     *
     * @param request what is wanted
     * @param pipeline is added to the stream's pipeline before anything happens on it
     * @return the stream, being registered on {@link #eventLoop()}; when no stream can be opened (the tunnel is closed,
     *     draining, or at its limit) its {@link StreamChannel#opened()} fails with a retryable exception
     */
    StreamChannel open(OpenRequest request, ChannelHandler pipeline);

    /** {@return whether {@link #open} may succeed: up, not draining, not at its limit} */
    boolean usable();

    /**
     * Opens and accepts no more streams, lets the open ones finish, then ends. What the other end opens before it knows is
     * refused, not lost. It may be called again: the earliest deadline counts.
     *
     * @param deadline when those that are still open are reset
     * @return completes when the tunnel is closed
     */
    Future<Void> drain(Duration deadline);

    /**
     * Ends the tunnel at once; its streams are reset. What was written to the control stream is sent first, for 1 s at
     * most.
     *
     * @param reason for logs of this end
     */
    void close(String reason);

    /**
     * Tells when another tunnel should continue this one, because something of it comes to an end that only a new connection
     * brings back: IDs of streams, what its keys may protect. It goes on working meanwhile, as long as there is any left.
     *
     * @return completes on the event loop, with a reason for people; never fails, and may never complete
     */
    Future<String> worn();

    /** {@return measures the round trip now: nanoseconds} */
    Future<Long> ping();

    /**
     * Tells the end. Streams that were open are closed by then; of one whose end or reset had come before, readers may still
     * get what they had not read.
     *
     * @return completes with the reason when the tunnel is closed, however slowly its streams are read; never fails
     */
    Future<String> closed();
}
