// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.ClientId;
import org.sallyport.api.DestinationId;
import org.sallyport.api.State;

/** The destinations and tunnels of one gateway at this end. Safe for every thread. */
@ProviderType
public interface GatewayPlane {
    /**
     * What is true of a destination at this end.
     *
     * @param open connections that are open now
     * @param total connections that were accepted since the destination was applied
     * @param refused connections that were refused since then
     * @param bytesIn from the application
     * @param bytesOut to the application
     * @param dropped datagrams for which there was no room or no client
     */
    record Status(State state, long open, long total, long refused, long bytesIn, long bytesOut, long dropped) {}

    /**
     * Applies a configuration, as the difference to the one before: connections and listeners of unchanged destinations are
     * not touched. Calls are carried out in their order.
     *
     * @param config all of it
     * @return the state of each destination whose ingress is here, once listeners are bound or failed
     */
    CompletionStage<Map<DestinationId, State>> apply(PlaneConfig config);

    /**
     * Adds a tunnel that carries this gateway's streams: arriving ones are accepted, and ingress destinations may open
     * theirs on it. It leaves by itself when it is closed, and gets no more opens when it is no longer usable.
     *
     * @param client whose it is
     * @param tunnel a tunnel on which nobody was admitted yet
     */
    void add(ClientId client, Tunnel tunnel);

    /** {@return what is true of a destination here, null when it is not known here} */
    @Nullable
    Status status(DestinationId destination);

    /**
     * Tries a destination from this end without carrying anything. Where its resource is dialled from here, that is done as
     * for an open: policy, name, connection, TLS, and a question in the language of its protocol. Where applications connect
     * here, the report tells of the certificate that they are shown, or has no steps if there is none to show.
     *
     * @param destination any that was applied
     * @return what came of it, after its connect timeout at the latest
     */
    Future<ProbeReport> probe(DestinationId destination);

    /**
     * Closes the listeners, drains the connections and forgets the destinations. Tunnels are not closed.
     *
     * @param deadline when connections that are still open are reset
     * @return completes when nothing of this gateway is left
     */
    CompletionStage<Void> close(Duration deadline);
}
