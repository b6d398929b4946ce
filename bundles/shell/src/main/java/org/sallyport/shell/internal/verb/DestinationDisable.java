// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.sallyport.api.DestinationId;

final class DestinationDisable implements Verb {
    @Override
    public Syntax syntax() {
        return Syntax.of("destination", "disable", "Closes a destination's listeners and drains its connections.")
                .with(DestinationText.ID)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        DestinationId id = Ids.destination(call.given().text(DestinationText.ID));
        call.show(call.changed(call.services().destinations().enable(id, false)), DestinationText::state);
    }
}
