// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.service.AttachmentService;
import org.sallyport.api.service.AttachmentService.Attachment;
import org.sallyport.api.service.TunnelService;
import org.sallyport.api.service.TunnelView;

final class TunnelList implements Verb {
    /** A tunnel, or an attachment that has none now. */
    private record Line(
            @Nullable String client,
            String gateway,
            String remote,
            @Nullable String tls,
            @Nullable String transport,
            @Nullable Instant since,
            double rttMillis,
            int streams,
            long bytesSent,
            long bytesReceived,
            String state,
            String cause) {
        static Line of(TunnelView tunnel) {
            return new Line(
                    tunnel.client(),
                    tunnel.gateway(),
                    tunnel.remote(),
                    tunnel.tls(),
                    tunnel.transport(),
                    tunnel.since(),
                    tunnel.rttMillis(),
                    tunnel.streams(),
                    tunnel.bytesSent(),
                    tunnel.bytesReceived(),
                    tunnel.state(),
                    "");
        }

        static Line of(Attachment attachment) {
            return new Line(
                    attachment.client(),
                    attachment.gateway(),
                    attachment.server(),
                    null,
                    null,
                    null,
                    -1,
                    0,
                    0,
                    0,
                    attachment.state(),
                    attachment.cause());
        }
    }

    @Override
    public Syntax syntax() {
        return Syntax.of("tunnel", "list", "Lists the tunnels of this end, and at a client what it tries to attach to.")
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        List<Line> lines = new ArrayList<>();
        for (TunnelService service : call.services().tunnels()) {
            service.tunnels().stream().map(Line::of).forEach(lines::add);
        }
        @Nullable AttachmentService attachments = call.services().anyAttachments();
        if (attachments != null) {
            attachments.attachments().stream()
                    .filter(attachment -> !attachment.state().equals("attached"))
                    .map(Line::of)
                    .forEach(lines::add);
        }
        call.show(lines, TunnelList::text);
    }

    private static String text(List<Line> lines) {
        return Table.<Line>of(
                        line -> List.of(
                                line.client() == null ? "" : line.client(),
                                line.gateway(),
                                line.remote(),
                                line.state(),
                                line.since() == null ? "" : line.since(),
                                line.since() == null ? "" : ClientText.rtt(line.rttMillis()),
                                line.streams(),
                                line.bytesSent(),
                                line.bytesReceived(),
                                line.tls() == null ? "" : line.tls(),
                                line.transport() == null ? "" : line.transport(),
                                line.cause()),
                        "Client",
                        "Gateway",
                        "Remote",
                        "State",
                        "Since",
                        "Round trip",
                        "Streams",
                        "Sent",
                        "Received",
                        "TLS",
                        "Transport",
                        "Cause")
                .text(lines, "There is no tunnel.");
    }
}
