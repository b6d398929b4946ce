// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.sallyport.api.Destination;
import org.sallyport.dataplane.internal.limits.RefusalLog;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.relay.ConnectionGroup;
import org.sallyport.dataplane.internal.relay.Traffic;
import org.sallyport.spi.Protocol;

/** A destination whose resource is dialled from here, and its connections. Safe for every thread. */
public final class EgressDestination {
    private final ConnectionGroup connections = new ConnectionGroup();
    private final Traffic traffic = new Traffic();
    private final RefusalLog refusals = new RefusalLog();
    private volatile Destination destination;
    private volatile boolean leaving;

    public EgressDestination(Destination destination) {
        this.destination = destination;
    }

    public Destination destination() {
        return destination;
    }

    /** Takes over a newer configuration, for connections that begin from now on. */
    public void update(Destination newer) {
        destination = newer;
    }

    public Traffic traffic() {
        return traffic;
    }

    RefusalLog refusals() {
        return refusals;
    }

    ConnectionGroup connections() {
        return connections;
    }

    public boolean isLeaving() {
        return leaving;
    }

    /** Says whether new connections may begin. */
    public void leaving(boolean leave) {
        leaving = leave;
    }

    /**
     * Lets its connections finish.
     *
     * @param deadline when they are reset
     * @param reason of the reset
     * @param timer keeps the deadline
     * @return completes when there are none
     */
    public CompletionStage<Void> drain(Duration deadline, String reason, EventExecutor timer) {
        return connections.drain(any -> true, deadline, reason, timer);
    }

    /** Lets those connections finish that use this protocol. */
    public CompletionStage<Void> drain(
            Plugin<Protocol> protocol, Duration deadline, String reason, EventExecutor timer) {
        return connections.drain(one -> one.protocol() == protocol, deadline, reason, timer);
    }
}
