// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.util.concurrent.EventExecutor;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.sallyport.api.Destination;
import org.sallyport.api.pki.Leg;
import org.sallyport.dataplane.internal.context.Surroundings;
import org.sallyport.dataplane.internal.limits.DropLog;
import org.sallyport.dataplane.internal.limits.RefusalLog;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.relay.ConnectionGroup;
import org.sallyport.dataplane.internal.relay.Traffic;
import org.sallyport.dataplane.internal.tls.TlsLeg;
import org.sallyport.spi.Protocol;

/** A destination whose resource is dialled from here, and its connections. Safe for every thread. */
public final class EgressDestination {
    private final ConnectionGroup connections = new ConnectionGroup();
    private final Traffic traffic = new Traffic();
    private final RefusalLog refusals = new RefusalLog();
    private final DropLog drops = new DropLog();
    private final TlsLeg tls;
    private volatile Destination destination;
    private volatile boolean leaving;

    /**
     * @param destination what it is
     * @param surroundings of all gateways
     */
    public EgressDestination(Destination destination, Surroundings surroundings) {
        tls = new TlsLeg(surroundings.legs(), Leg.EGRESS, surroundings.control(), () -> {}, Clock.systemUTC());
        this.destination = destination;
        follow();
    }

    private void follow() {
        tls.follow(destination, destination.options().resourceTls().security());
    }

    /** {@return TLS with the resource} */
    TlsLeg tls() {
        return tls;
    }

    /** It is removed; connections that are open go on. On the control loop. */
    public void endTls() {
        tls.end();
    }

    public Destination destination() {
        return destination;
    }

    /** Takes over a newer configuration, for connections that begin from now on. On the control loop. */
    public void update(Destination newer) {
        destination = newer;
        follow();
    }

    public Traffic traffic() {
        return traffic;
    }

    /** Datagrams found no room. */
    void dropped(int count) {
        traffic.dropped(count);
        drops.dropped(destination.id(), count);
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
