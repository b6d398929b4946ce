// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Acl;
import org.sallyport.api.Destination;
import org.sallyport.api.Gateway;
import org.sallyport.api.State;
import org.sallyport.api.Transport;
import org.sallyport.api.service.AclView;
import org.sallyport.api.service.ClientView;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.GatewayView;
import org.sallyport.api.service.TunnelView;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.spi.Tunnel;

/** The role's objects as shell and REST show them. On the role's thread. */
final class Views {
    private static final double NANOS_PER_MILLI = 1e6;

    private Views() {}

    static GatewayView gateway(GatewayState state, Instant now) {
        Gateway gateway = state.gateway();
        int clients = state.clients().size();
        String word = !gateway.enabled() ? "disabled" : clients > 0 ? "attached" : "waiting";
        return new GatewayView(
                gateway.id().value(),
                gateway.name(),
                gateway.enabled(),
                word,
                cause(gateway, clients, now),
                gateway.tokenRequired(),
                gateway.tokenRequired() ? gateway.token().expires() : null,
                clients,
                state.destinations().size());
    }

    private static String cause(Gateway gateway, int clients, Instant now) {
        if (!gateway.enabled()) {
            return "gateway:enable " + gateway.id() + " enables it"
                    + (clients == 0 ? "" : "; its clients stay attached meanwhile");
        }
        if (!gateway.tokenRequired()) {
            return "open: it requires no token, so everyone who reaches the tunnel port can attach";
        }
        List<String> causes = new ArrayList<>();
        if (clients == 0) {
            causes.add("no client is attached");
        }
        if (!gateway.admitNewKeys()) {
            causes.add("it admits no new keys");
        }
        if (gateway.token().expiredAt(now)) {
            causes.add("its token expired at " + gateway.token().expires() + "; gateway:token " + gateway.id()
                    + " --regenerate makes a new one");
        }
        return String.join(", and ", causes);
    }

    static DestinationView destination(GatewayState gateway, Destination destination) {
        State state = gateway.state(destination);
        GatewayPlane.Status status = gateway.plane().status(destination.id());
        return new DestinationView(
                destination.id().value(),
                destination.gateway().value(),
                destination.name(),
                destination.direction().word(),
                destination.protocol(),
                new DestinationView.Endpoint(
                        destination.resource().host(), destination.resource().port()),
                new DestinationView.Listen(gateway.listenAddress(destination), destination.listenPort()),
                destination.enabled(),
                state.word(),
                state.cause(),
                DestinationView.Options.of(destination.options()),
                status == null
                        ? new DestinationView.Connections(0, 0, 0)
                        : new DestinationView.Connections(status.open(), status.total(), status.refused()),
                status == null
                        ? new DestinationView.Bytes(0, 0)
                        : new DestinationView.Bytes(status.bytesIn(), status.bytesOut()),
                dropped(destination, status));
    }

    private static @Nullable Long dropped(Destination destination, GatewayPlane.@Nullable Status status) {
        if (Transport.of(destination.protocol()) == Transport.TCP) {
            return null;
        }
        return status == null ? 0 : status.dropped();
    }

    static ClientView client(GatewayState gateway, AttachedClient client) {
        return new ClientView(
                client.id().value(),
                gateway.id().value(),
                client.key(),
                client.host(),
                client.session().address(),
                client.version(),
                client.since(),
                millis(client.session().tunnel().stats()),
                client.draining() ? "draining" : "attached");
    }

    static TunnelView tunnel(GatewayState gateway, AttachedClient client, ControlSession session) {
        Tunnel tunnel = session.tunnel();
        Tunnel.Stats stats = tunnel.stats();
        return new TunnelView(
                client.id().value(),
                gateway.id().value(),
                tunnel.peer().address().getAddress() == null
                        ? session.address()
                        : tunnel.peer().address().getAddress().getHostAddress() + ":"
                                + tunnel.peer().address().getPort(),
                tunnel.peer().tls(),
                tunnel.transport(),
                client.since(),
                millis(stats),
                stats.openStreams(),
                stats.bytesSent(),
                stats.bytesReceived(),
                client.draining() || !client.session().equals(session) ? "draining" : "attached",
                tunnel.peer().keyFingerprint(),
                stats.heldBytes(),
                tunnel.agreed(),
                tunnel.limits());
    }

    private static double millis(Tunnel.Stats stats) {
        return stats.rttNanos() < 0 ? -1 : stats.rttNanos() / NANOS_PER_MILLI;
    }

    static AclView acl(Gateway gateway) {
        return new AclView(
                gateway.id().value(),
                rules(gateway.acl()),
                "deny",
                gateway.aclEdit().name().toLowerCase(Locale.ROOT),
                List.of());
    }

    private static List<AclView.Rule> rules(Acl acl) {
        return acl.rules().stream()
                .map(rule -> new AclView.Rule(rule.action().word(), rule.host(), rule.port(), rule.path()))
                .toList();
    }
}
