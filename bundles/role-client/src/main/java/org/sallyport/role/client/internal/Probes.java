// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import io.netty.util.concurrent.Future;
import java.util.List;
import org.sallyport.api.DestinationId;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.ProbeReport;
import org.sallyport.wire.control.Probe;
import org.sallyport.wire.control.ProbeResult;

/** Answers the server's probes. On the role's thread. */
final class Probes {
    private static final int MOST_AT_ONCE = 64;

    private final Serial serial;
    private int running;

    Probes(Serial serial) {
        this.serial = serial;
    }

    /** Answers one on the tunnel on which it came. */
    void answer(Probe probe, GatewayLink link, TunnelSession session) {
        String wanted = probe.destination();
        GatewayPlane plane = link.plane();
        if (wanted == null) {
            session.send(new ProbeResult(probe.request(), OpenCode.OK.number(), "", 0));
        } else if (plane == null) {
            refuse(session, probe, OpenCode.INTERNAL, "the data plane of this client is away");
        } else if (running >= MOST_AT_ONCE) {
            refuse(session, probe, OpenCode.TOO_MANY, running + " probes are going on at this client");
        } else {
            DestinationId destination;
            try {
                destination = new DestinationId(wanted);
            } catch (IllegalArgumentException e) {
                refuse(session, probe, OpenCode.UNKNOWN_DESTINATION, String.valueOf(e.getMessage()));
                return;
            }
            running++;
            long began = serial.nanos();
            plane.probe(destination)
                    .addListener((Future<ProbeReport> report) -> serial.execute(() -> {
                        running--;
                        session.send(result(probe.request(), report, (serial.nanos() - began) / 1000));
                    }));
        }
    }

    private static ProbeResult result(long request, Future<ProbeReport> report, long micros) {
        if (!report.isSuccess()) {
            return new ProbeResult(request, OpenCode.INTERNAL.number(), String.valueOf(report.cause()), micros);
        }
        OpenReply reply = report.getNow().reply();
        List<ProbeResult.Step> steps = report.getNow().steps().stream()
                .map(step -> new ProbeResult.Step(step.name(), step.passed(), step.text()))
                .toList();
        return new ProbeResult(request, reply.code().number(), reply.text(), micros, steps);
    }

    private static void refuse(TunnelSession session, Probe probe, OpenCode code, String text) {
        session.send(new ProbeResult(probe.request(), code.number(), text, 0));
    }
}
