// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.Destination;

/** What a protocol's stage knows of its connection and can ask of the data plane. On the connection's event loop. */
@ProviderType
public interface StreamContext {
    Destination destination();

    /** {@return where the application connected from; at the egress end as the ingress end told} */
    InetSocketAddress source();

    /** {@return the address that the application connected to} */
    InetSocketAddress local();

    /** {@return whether the source is a proxy whose word about the real source counts; may change while it is connected} */
    boolean trustedPeer();

    /** {@return what is known of the application's TLS and protocol: {@code sni}, {@code alpn}} */
    Map<String, String> facts();

    /**
     * Opens the stream, for protocols that open late; a second call does nothing. Reading from the application goes on only
     * as far as early payload may be sent.
     */
    void open();

    /** {@return the answer of the egress end, the last one if several clients were tried; always completes} */
    Future<OpenReply> opened();

    /**
     * Lets go of the stream, if there is one, and goes back to before {@link #open()}, while the application's connection
     * stays. The resource gets the end of the stream if nothing is under way to it, else its reset. Nothing of the old
     * stream is written to the application any more, not even what waits on another loop, and no event of it comes.
     * {@link #open()} may be called again, and {@link #opened()} is a new future from now on.
     */
    void renew();

    /**
     * {@return at the ingress end: whether what may be dialled has changed since the stream was opened; a stage that sends
     * several requests on one stream then {@linkplain #renew renews} it before the next, which so is judged anew}
     */
    boolean stale();

    /** {@return at the egress end: whether only paths of the resource are allowed, so that each request must be asked for} */
    boolean pathRules();

    /**
     * Asks whether a request is allowed, at the egress end. A denial is told to the operator, with the rule.
     *
     * @param path decoded, without dot segments; begins with a slash
     * @return whether it is, by the rules as they are now
     */
    boolean pathAllowed(String path);

    /** {@return completes when this connection is asked to end soon} */
    Future<Void> draining();

    /**
     * Ends the connection both ways with resets.
     *
     * @param reason for the flow log
     */
    void reset(String reason);
}
