// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Registration;
import org.sallyport.api.config.LaunchOptions;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.InvalidTokenException;
import org.sallyport.api.pki.TokenReader;
import org.sallyport.api.service.Outcome;
import org.sallyport.api.service.Refusal;

/** What operators ask for while the role runs. The two requests may be made on any thread, all else is the role's. */
final class AttachRequests {
    private static final int MOST_ATTACHMENTS = 1024;

    private final RoleContext role;
    private final List<Attachment> attachments;
    private final Actions actions;
    private final Set<AttachCall> calls = new HashSet<>();
    private boolean stopped;

    /** What the role does for a request; on its thread. */
    interface Actions {
        /** {@return attachments that are made, not begun} */
        List<Attachment> make(AttachOrder order, int count);

        void begin(List<Attachment> made);

        /** Drains and ends attachments. {@return completes when their tunnels are closed} */
        CompletionStage<Void> leave(List<Attachment> leaving, String reason);
    }

    /** @param attachments all of the role, as they are now */
    AttachRequests(RoleContext role, List<Attachment> attachments, Actions actions) {
        this.role = role;
        this.attachments = attachments;
        this.actions = actions;
    }

    /** See {@link org.sallyport.api.service.AttachmentService#attach}. */
    CompletionStage<Outcome<List<ClientId>>> attach(String token, int tunnels, @Nullable HostPort server) {
        CompletableFuture<Outcome<List<ClientId>>> outcome = new CompletableFuture<>();
        role.serial().execute(() -> {
            try {
                begin(outcome, actions.make(order(token, tunnels, server), tunnels));
            } catch (Refusal e) {
                outcome.completeExceptionally(e);
            } catch (InvalidTokenException | IllegalArgumentException e) {
                outcome.completeExceptionally(Refusal.invalid(String.valueOf(e.getMessage())));
            }
        });
        return outcome;
    }

    private AttachOrder order(String token, int tunnels, @Nullable HostPort server) {
        TokenReader reader = role.parts().get().reader();
        if (reader == null || stopped) {
            throw Refusal.unavailable(stopped ? "this client stops" : "this client cannot read tokens now");
        }
        if (tunnels < 1 || tunnels > LaunchOptions.MAX_TUNNELS) {
            throw Refusal.invalid("tunnels " + tunnels + ": expected 1 to " + LaunchOptions.MAX_TUNNELS);
        }
        if (attachments.size() + tunnels > MOST_ATTACHMENTS) {
            throw Refusal.conflict(
                    "this client has " + attachments.size() + " attachments: expected at most " + MOST_ATTACHMENTS);
        }
        return new AttachOrder(token.strip(), reader.read(token), server, null);
    }

    private void begin(CompletableFuture<Outcome<List<ClientId>>> outcome, List<Attachment> made) {
        AttachCall call = new AttachCall(made, outcome);
        calls.add(call);
        Registration timer = role.serial().after(AttachCall.LIMIT, call::late);
        call.onceDone(() -> {
            timer.close();
            calls.remove(call);
        });
        actions.begin(made);
    }

    /** See {@link org.sallyport.api.service.AttachmentService#detach}. */
    CompletionStage<Outcome<ClientId>> detach(ClientId client) {
        return detach(each -> client.equals(each.client()), client.toString(), meant -> client);
    }

    /** See {@link org.sallyport.api.service.AttachmentService#detachAll}. */
    CompletionStage<Outcome<Integer>> detachAll(GatewayId gateway) {
        return detach(each -> each.order().gateway().equals(gateway), "to gateway " + gateway, List::size);
    }

    private <T> CompletionStage<Outcome<T>> detach(
            Predicate<Attachment> which, String name, Function<List<Attachment>, T> result) {
        CompletableFuture<Outcome<T>> outcome = new CompletableFuture<>();
        role.serial().execute(() -> {
            List<Attachment> meant = attachments.stream()
                    .filter(each -> which.test(each) && !each.state().ended())
                    .toList();
            if (meant.isEmpty()) {
                outcome.completeExceptionally(Refusal.notFound(
                        "this client has no attachment " + name + "; tunnel:list shows those that it has"));
                return;
            }
            T value = result.apply(meant);
            Registration timer = role.serial()
                    .after(
                            AttachCall.LIMIT,
                            () -> outcome.complete(new Outcome<>(
                                    value,
                                    List.of("connections of " + name + " are still ending; no new ones begin"))));
            actions.leave(meant, "detached by an operator of the client").whenComplete((left, failure) -> {
                timer.close();
                outcome.complete(Outcome.of(value));
            });
        });
        return outcome;
    }

    void attached(Attachment attachment) {
        callsOf(attachment).forEach(AttachCall::attached);
    }

    boolean awaited(Attachment attachment) {
        return !callsOf(attachment).isEmpty();
    }

    void refused(Attachment attachment, Event.AttachRefused refusal) {
        for (AttachCall call : callsOf(attachment)) {
            call.refused(refusal);
            withdraw(call);
        }
    }

    void ended(Attachment attachment) {
        for (AttachCall call : callsOf(attachment)) {
            call.ended(attachment);
            withdraw(call);
        }
    }

    /** Nobody is kept waiting. */
    void stop() {
        stopped = true;
        List.copyOf(calls).forEach(AttachCall::stopped);
    }

    private List<AttachCall> callsOf(Attachment attachment) {
        return calls.stream().filter(call -> call.concerns(attachment)).toList();
    }

    /** What was asked for together is not wanted in part. */
    private void withdraw(AttachCall call) {
        actions.leave(call.attachments(), "another attachment of the same request was refused");
    }
}
