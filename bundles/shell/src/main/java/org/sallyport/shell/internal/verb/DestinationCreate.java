// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.HostPort;
import org.sallyport.api.service.DestinationService;
import org.sallyport.api.service.DestinationService.Draft;
import org.sallyport.api.service.DestinationView;

final class DestinationCreate implements Verb {
    private static final Argument NAME = Argument.required("NAME", "what you call it", Completion.NOTHING);
    private static final Option CLOUD = Option.flag(
            "--cloud", "goes the other way: applications connect to the client, the server dials the resource");

    @Override
    public Syntax syntax() {
        return Syntax.of(
                        "destination",
                        "create",
                        "Makes a destination and prints its ID and where applications connect.")
                .with(GatewayText.GATEWAY)
                .with(NAME)
                .with(
                        DestinationText.RESOURCE,
                        DestinationText.PROTOCOL,
                        DestinationText.LISTEN_PORT,
                        CLOUD,
                        DestinationText.CLIENT_PORT)
                .with(OptionChanges.all())
                .with(Syntax.waitFor(DestinationText.STATES), Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        Draft draft = draft(call.given());
        call.checkWait(DestinationText.STATES);
        DestinationService destinations = call.services().destinations();
        DestinationView made = call.changed(destinations.create(draft));
        call.showAfterWait(
                made,
                DestinationText.STATES,
                (state, limit) -> destinations.await(Ids.destination(made.id()), state, limit),
                DestinationText::created);
    }

    private static Draft draft(Given given) {
        given.needed(DestinationText.RESOURCE);
        @Nullable HostPort resource = given.place(DestinationText.RESOURCE);
        boolean cloud = given.has(CLOUD);
        Option port = cloud ? DestinationText.CLIENT_PORT : DestinationText.LISTEN_PORT;
        Option other = cloud ? DestinationText.LISTEN_PORT : DestinationText.CLIENT_PORT;
        if (given.has(other)) {
            throw new IllegalArgumentException(
                    other.name() + (cloud ? " with --cloud: expected " : " without --cloud: expected ") + port.name());
        }
        if (cloud) {
            given.needed(port);
        }
        if (resource == null) {
            throw new IllegalStateException("needed above");
        }
        return new Draft(
                Ids.gateway(given.text(GatewayText.GATEWAY)),
                given.text(NAME),
                cloud ? Direction.CLOUD : Direction.ON_PREMISES,
                given.text(DestinationText.PROTOCOL, "tcp"),
                resource,
                given.port(port),
                OptionChanges.of(given).apply(DestinationOptions.DEFAULTS));
    }
}
