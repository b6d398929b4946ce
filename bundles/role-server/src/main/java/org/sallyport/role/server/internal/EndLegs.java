// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sallyport.api.HostPort;
import org.sallyport.api.service.DestinationService.Leg;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.ProbeReport;
import org.sallyport.spi.ProbeStep;
import org.sallyport.wire.control.ProbeResult;

/**
 * What one end of a destination's way tells of it, as legs of a test that name this end.
 *
 * @param end what it is called
 * @param resource that is dialled
 * @param dials whether it is this end that dials; else applications connect to it
 */
record EndLegs(String end, HostPort resource, boolean dials) {
    /** {@return what a client said, who may say anything; one of an earlier version says less} */
    List<Leg> of(ProbeResult result) {
        List<ProbeStep> steps = result.steps().stream()
                .limit(ProbeReport.MAX_STEPS)
                .map(step -> new ProbeStep(
                        ForeignText.cut(step.name(), ProbeStep.MAX_NAME),
                        step.passed(),
                        ForeignText.sentence(step.text())))
                .toList();
        OpenReply reply = new OpenReply(OpenCode.of(result.code()), ForeignText.sentence(result.text()));
        return of(
                new ProbeReport(reply, steps),
                String.format(Locale.ROOT, "connected within %.1f ms", result.micros() / 1e3));
    }

    /**
     * What a data plane said.
     *
     * @param report it
     * @param reached what is told of a resource that is reached, where there is no more to tell
     * @return none where nothing is to be told
     */
    List<Leg> of(ProbeReport report, String reached) {
        OpenReply reply = report.reply();
        boolean unknown = reply.code() == OpenCode.UNKNOWN_DESTINATION;
        if (!dials && (unknown || report.steps().isEmpty())) {
            return List.of(); // that it does not listen is told by its own leg
        }
        if (report.steps().isEmpty()) {
            return List.of(new Leg(whole(), reply.accepted(), reply.accepted() ? reached : reply.text()));
        }
        List<Leg> legs = new ArrayList<>();
        for (ProbeStep step : report.steps()) {
            legs.add(new Leg(end + " " + step.name(), step.passed(), step.text()));
            if (!step.passed()) {
                return legs;
            }
        }
        if (!reply.accepted()) {
            legs.add(new Leg(whole(), false, reply.text()));
        }
        return legs;
    }

    /** {@return that it says nothing} */
    List<Leg> silent(String why) {
        return List.of(new Leg(whole(), false, why));
    }

    private String whole() {
        return dials ? end + " to " + resource : end;
    }
}
