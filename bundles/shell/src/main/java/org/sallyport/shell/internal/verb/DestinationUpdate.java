// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationId;
import org.sallyport.api.service.DestinationService.Update;

final class DestinationUpdate implements Verb {
    private static final Option NAME = Option.value("--name", "NAME", "what you call it");

    @Override
    public Syntax syntax() {
        return Syntax.of("destination", "update", "Changes a destination; what is not given stays as it is.")
                .with(DestinationText.ID)
                .with(
                        NAME,
                        DestinationText.RESOURCE,
                        DestinationText.PROTOCOL,
                        DestinationText.LISTEN_PORT,
                        DestinationText.CLIENT_PORT)
                .with(OptionChanges.all())
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        Given given = call.given();
        DestinationId id = Ids.destination(given.text(DestinationText.ID));
        if (given.hasNoneBut(Syntax.JSON.name())) {
            throw syntax().wrong("nothing to change");
        }
        if (given.has(DestinationText.LISTEN_PORT) && given.has(DestinationText.CLIENT_PORT)) {
            throw syntax().wrong(
                            "a destination has one port, --listen-port on the server or --client-port on the client");
        }
        @Nullable Integer listenPort = given.port(DestinationText.LISTEN_PORT);
        Update update = new Update(
                given.text(NAME),
                given.text(DestinationText.PROTOCOL),
                given.place(DestinationText.RESOURCE),
                listenPort == null ? given.port(DestinationText.CLIENT_PORT) : listenPort,
                OptionChanges.of(given));
        call.show(call.changed(call.services().destinations().update(id, update)), DestinationText::state);
    }
}
