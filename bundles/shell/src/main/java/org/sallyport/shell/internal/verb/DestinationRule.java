// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.List;
import java.util.function.UnaryOperator;
import org.sallyport.api.AddressRange;
import org.sallyport.api.DestinationId;
import org.sallyport.api.PortRange;
import org.sallyport.api.Shown;
import org.sallyport.api.SourceAccess;
import org.sallyport.api.SourceRule;
import org.sallyport.api.service.DestinationService.Update;
import org.sallyport.api.service.DestinationView;

final class DestinationRule implements Verb {
    private static final Argument ACTION = Argument.required(
            "ACTION", "add, remove, clear or list", Completion.words("add", "remove", "clear", "list"));
    private static final Argument ADDRESSES = Argument.optional(
            "ADDRESSES",
            "where applications connect from, as in 10.0.0.7, 10.0.0.0/8, 10.0.0.7-10.0.0.12 or any",
            Completion.words("any"));
    private static final Option SOURCE_PORT =
            Option.value("--source-port", "N[-M]", "the ports that they connect from; any unless told otherwise");
    private static final Option OWNER =
            Option.value("--owner", "ID", "whose rule it is; a later rule of the same owner replaces it");

    @Override
    public Syntax syntax() {
        return Syntax.of(
                        "destination",
                        "rule",
                        "Says which sources may connect to a destination that is restricted (destination:update"
                                + " --restricted yes).")
                .with(DestinationText.ID)
                .with(ACTION)
                .with(ADDRESSES)
                .with(SOURCE_PORT, OWNER, Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        Given given = call.given();
        DestinationId id = Ids.destination(given.text(DestinationText.ID));
        String action = given.text(ACTION);
        switch (action) {
            case "list" -> {
                rejectRule(given, action);
                call.show(call.await(call.services().destinations().show(id)), DestinationText::rules);
            }
            case "clear" -> {
                rejectRule(given, action);
                change(call, id, sources -> new SourceAccess(sources.restricted(), List.of()));
            }
            case "add" -> {
                SourceRule rule = rule(given);
                change(call, id, sources -> sources.with(rule));
            }
            case "remove" -> {
                SourceRule rule = rule(given);
                change(call, id, sources -> removed(sources, rule, id));
            }
            default -> throw syntax().wrong("action '" + Shown.of(action) + "' is none of add, remove, clear and list");
        }
    }

    private static SourceAccess removed(SourceAccess sources, SourceRule rule, DestinationId id) {
        SourceAccess left = sources.without(rule);
        if (left.equals(sources)) {
            throw new IllegalArgumentException("destination " + id + " has no rule '" + rule + "'; destination:rule "
                    + id + " list shows those that there are");
        }
        return left;
    }

    private static void change(Call call, DestinationId id, UnaryOperator<SourceAccess> change) {
        Update update =
                new Update(null, null, null, null, options -> options.withSources(change.apply(options.sources())));
        DestinationView changed = call.changed(call.services().destinations().update(id, update));
        call.show(changed, DestinationText::rules);
    }

    private SourceRule rule(Given given) {
        String addresses = given.textOrNull(ADDRESSES);
        if (addresses == null) {
            throw syntax().wrong("ADDRESSES is missing (any stands for all)");
        }
        String ports = given.text(SOURCE_PORT);
        return new SourceRule(
                addresses.equals("any") ? null : AddressRange.parse(addresses),
                ports == null ? null : PortRange.parse(ports),
                given.text(OWNER, ""));
    }

    private void rejectRule(Given given, String action) {
        if (given.textOrNull(ADDRESSES) != null || given.has(SOURCE_PORT) || given.has(OWNER)) {
            throw syntax().wrong(action + " takes no rule");
        }
    }
}
