// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.util.ArrayList;
import java.util.List;
import org.sallyport.api.ClientId;
import org.sallyport.api.health.HealthCheck.Health;
import org.sallyport.api.service.AttachmentService;
import org.sallyport.api.service.TunnelView;
import org.sallyport.spi.Tunnel;

/** How the role is shown. Reads what is safe on any thread. */
final class RoleViews {
    private static final double NANOS_PER_MILLI = 1e6;

    private RoleViews() {}

    static AttachmentService.Attachment of(Attachment attachment) {
        ClientId client = attachment.client();
        AttachmentState state = attachment.state();
        return new AttachmentService.Attachment(
                client == null ? null : client.value(),
                attachment.order().gateway().value(),
                attachment.server().toString(),
                state.word(),
                state.cause());
    }

    /** {@return the attachment's tunnels, none while it is not attached, several while older ones drain} */
    static List<TunnelView> tunnels(Attachment attachment) {
        return attachment.sessions().stream()
                .map(session -> tunnel(attachment, session))
                .toList();
    }

    private static TunnelView tunnel(Attachment attachment, TunnelSession session) {
        Tunnel tunnel = session.tunnel();
        Tunnel.Stats stats = tunnel.stats();
        return new TunnelView(
                String.valueOf(session.client()),
                attachment.order().gateway().value(),
                session.server().toString(),
                tunnel.peer().tls(),
                tunnel.transport(),
                session.since(),
                stats.rttNanos() < 0 ? -1 : stats.rttNanos() / NANOS_PER_MILLI,
                stats.openStreams(),
                stats.bytesSent(),
                stats.bytesReceived(),
                session.draining() ? "draining" : "attached",
                tunnel.peer().keyFingerprint(),
                stats.heldBytes(),
                tunnel.agreed(),
                tunnel.limits());
    }

    /** {@return whether all that is wanted is attached} */
    static Health attachments(List<TokenSource> sources, List<Attachment> attachments) {
        List<String> troubles = new ArrayList<>();
        sources.stream()
                .map(TokenSource::problem)
                .filter(problem -> !problem.isEmpty())
                .forEach(troubles::add);
        long attached = 0;
        for (Attachment attachment : attachments) {
            AttachmentState state = attachment.state();
            if (state instanceof AttachmentState.Attached) {
                attached++;
            } else {
                troubles.add(attachment.order().gateway() + " " + state.word() + " (" + state.cause() + ")");
            }
        }
        if (!troubles.isEmpty()) {
            return Health.bad(attached + " of " + attachments.size() + " attached; " + String.join("; ", troubles));
        }
        return Health.good(attachments.isEmpty() ? "none is wanted; tunnel:attach makes one" : attached + " attached");
    }

    static Health ceiling(Ceiling ceiling) {
        if (ceiling instanceof Ceiling.Broken broken) {
            return Health.bad("etc/" + CeilingFile.NAME + ": " + broken.problem()
                    + "; nothing is dialled from this client until it is corrected");
        }
        int rules = ceiling.rules().rules().size();
        return Health.good(rules == 0 ? "none; the gateways' lists alone decide" : rules + " rules");
    }
}
