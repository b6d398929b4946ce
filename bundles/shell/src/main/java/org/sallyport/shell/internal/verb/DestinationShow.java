// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.sallyport.api.DestinationId;
import org.sallyport.api.service.DestinationService;

final class DestinationShow implements Verb {
    @Override
    public Syntax syntax() {
        return Syntax.of("destination", "show", "Shows a destination.")
                .with(DestinationText.ID)
                .with(Syntax.waitFor(DestinationText.STATES), Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        DestinationService destinations = call.services().destinations();
        DestinationId id = Ids.destination(call.given().text(DestinationText.ID));
        call.checkWait(DestinationText.STATES);
        call.showAfterWait(
                call.await(destinations.show(id)),
                DestinationText.STATES,
                (state, limit) -> destinations.await(id, state, limit),
                DestinationText::show);
    }
}
