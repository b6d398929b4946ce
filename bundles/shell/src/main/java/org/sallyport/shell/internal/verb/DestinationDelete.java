// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.sallyport.api.DestinationId;

final class DestinationDelete implements Verb {
    @Override
    public Syntax syntax() {
        return Syntax.of("destination", "delete", "Removes a destination; its port becomes free.")
                .with(DestinationText.ID)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        DestinationId id = Ids.destination(call.given().text(DestinationText.ID));
        call.show(
                call.changed(call.services().destinations().delete(id)), destination -> destination.id() + " deleted");
    }
}
