// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.time.Duration;
import java.util.List;
import org.sallyport.api.DestinationId;
import org.sallyport.api.service.DestinationService.Leg;

final class DestinationProbe implements Verb {
    /** Longer than the longest connect timeout that can be configured (180 s). */
    private static final Duration LIMIT = Duration.ofSeconds(200);

    @Override
    public Syntax syntax() {
        return Syntax.of("destination", "test", "Tries the way to a destination's resource, leg by leg.")
                .with(DestinationText.ID)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        DestinationId id = Ids.destination(call.given().text(DestinationText.ID));
        List<Leg> legs = Answers.await(call.services().destinations().test(id), LIMIT);
        call.show(legs, DestinationText::legs);
        for (Leg leg : legs) {
            if (!leg.passed()) {
                throw new Failed(id + ": " + leg.leg() + " is not ok: " + leg.text());
            }
        }
    }
}
