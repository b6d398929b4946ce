// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;
import org.sallyport.api.Destination;
import org.sallyport.api.LegSecurity;

/**
 * A protocol of the application's side, registered as a service with the property {@link #NAME}. Listening, TLS, dialling,
 * timeouts, limits, back-pressure, closing, retry and metering are the data plane's; a protocol adds the stages in between.
 *
 * <p>Several versions may be registered under one name: new connections take the one with the highest service ranking, old
 * ones stay where they are. Before a protocol's bundle stops, its connections are drained; none of its code runs after that.
 *
 * <p>Handlers and messages must not extend Netty's base classes that look up type parameters
 * ({@code SimpleChannelInboundHandler}, {@code MessageToMessage…}): Netty would keep the class loader of the bundle for ever.
 */
@ConsumerType
public interface Protocol {
    /** Service property: the name in {@code destination:create --protocol}. */
    String NAME = "protocol.name";

    /** What is carried. */
    enum Carries {
        /** Bytes of a connection. */
        STREAM,
        /** Datagrams of a flow. */
        DATAGRAMS
    }

    /**
     * What is carried. A protocol that carries {@link Carries#DATAGRAMS} has a {@link #NAME} that begins with {@code udp-}. Its
     * stages are in the pipeline of a flow's stream: each message is one datagram, what comes in is from the other end of the
     * tunnel, and what is written goes there.
     */
    default Carries carries() {
        return Carries.STREAM;
    }

    /** {@return what protects the application's leg} */
    default LegSecurity ingressSecurity() {
        return LegSecurity.NONE;
    }

    /** {@return what stands between the application's socket (after TLS) and the relay, at the ingress end} */
    default PipelineStage ingress() {
        return PipelineStage.none();
    }

    /** {@return what stands between the relay and the resource's socket (before TLS), at the egress end} */
    default PipelineStage egress() {
        return PipelineStage.none();
    }

    /**
     * Whether a stream is opened by the stage, with {@link StreamContext#open()}, rather than as soon as the application
     * has connected. Such a stage is also given a connection beyond the destination's limit, whose open is refused, so that
     * it can answer; whoever opens early has nobody to answer, and is reset.
     */
    default boolean opensLate() {
        return false;
    }

    /**
     * Whether the egress stage asks {@link StreamContext#pathAllowed} for each request where {@link StreamContext#pathRules}
     * says so. A resource of which rules allow only paths is dialled for such a protocol alone.
     */
    default boolean judgesPaths() {
        return false;
    }

    /**
     * What the resource is asked when an operator tests a destination. Only for {@link Carries#STREAM}, and not where rules
     * allow only paths of the resource.
     *
     * @param destination whose resource
     * @return a new one; null: it is only seen whether the resource can be connected
     */
    default @Nullable Inquiry inquiry(Destination destination) {
        return null;
    }
}
