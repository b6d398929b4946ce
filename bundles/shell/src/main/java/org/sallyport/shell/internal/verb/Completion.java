// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.GatewayId;
import org.sallyport.api.service.AclService;
import org.sallyport.api.service.AclView;
import org.sallyport.api.service.ClientView;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.GatewayView;
import org.sallyport.api.service.TunnelService;
import org.sallyport.api.service.TunnelView;

/** What may stand in a place, for the Tab key. It asks services, waits a moment at most, and has no idea on failure. */
@FunctionalInterface
interface Completion {
    Completion NOTHING = (services, before) -> List.of();

    Completion GATEWAYS =
            (services, before) -> asked(services.anyGateways(), gateways -> gateways.list(), GatewayView::id);

    Completion DESTINATIONS = (services, before) ->
            asked(services.anyDestinations(), destinations -> destinations.list(null), DestinationView::id);

    Completion CLIENTS = (services, before) -> asked(services.anyClients(), clients -> clients.list(), ClientView::id);

    Completion KEYS = (services, before) -> asked(services.anyClients(), clients -> clients.list(), ClientView::key);

    Completion ATTACHMENTS = (services, before) -> {
        var attachments = services.anyAttachments();
        return attachments == null
                ? List.of()
                : attachments.attachments().stream()
                        .map(attachment -> attachment.client())
                        .filter(client -> client != null)
                        .toList();
    };

    Completion TUNNELS = (services, before) -> services.tunnels().stream()
            .flatMap(service -> tunnels(service).stream())
            .map(TunnelView::client)
            .distinct()
            .sorted()
            .toList();

    Completion PROTOCOLS = (services, before) -> services.protocols();

    /** The targets of the rules of the gateway that stands before. */
    Completion RULES = (services, before) -> before.isEmpty()
            ? List.of()
            : asked(
                    services.anyAcls(),
                    (AclService acls) -> acls.show(new GatewayId(before.get(0))).thenApply(AclView::rules),
                    AclText::target);

    /**
     * Lists what may stand there.
     *
     * @param before the arguments that were given before it
     */
    List<String> candidates(Services services, List<String> before);

    static Completion words(String... words) {
        return (services, before) -> List.of(words);
    }

    private static List<TunnelView> tunnels(TunnelService service) {
        try {
            return service.tunnels();
        } catch (RuntimeException e) {
            return List.of(); // as below
        }
    }

    private static <S, T> List<String> asked(
            @Nullable S service, Function<S, CompletionStage<List<T>>> question, Function<T, String> name) {
        if (service == null) {
            return List.of();
        }
        try {
            List<T> answer = Answers.await(question.apply(service), Duration.ofSeconds(1));
            return new ArrayList<>(new TreeSet<>(answer.stream().map(name).toList()));
        } catch (RuntimeException e) {
            return List.of(); // nobody asked a question; the command will tell when it is run
        }
    }
}
