// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.sallyport.api.ClientId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.event.Event;
import org.sallyport.api.service.Outcome;
import org.sallyport.api.service.Refusal;

/**
 * A request for attachments that somebody waits for. All or nothing: one that is refused takes the others with it. On the
 * role's thread.
 */
final class AttachCall {
    /** How long a caller waits; what is not attached by then goes on being tried. */
    static final Duration LIMIT = Duration.ofSeconds(5);

    private final List<Attachment> attachments;
    private final CompletableFuture<Outcome<List<ClientId>>> outcome;

    AttachCall(List<Attachment> attachments, CompletableFuture<Outcome<List<ClientId>>> outcome) {
        this.attachments = List.copyOf(attachments);
        this.outcome = outcome;
    }

    List<Attachment> attachments() {
        return attachments;
    }

    void onceDone(Runnable task) {
        CompletionStage<?> stage = outcome;
        stage.whenComplete((done, failure) -> task.run());
    }

    boolean concerns(Attachment attachment) {
        return attachments.contains(attachment);
    }

    /** One more is attached. */
    void attached() {
        if (attachments.stream().allMatch(each -> each.state() instanceof AttachmentState.Attached)) {
            outcome.complete(Outcome.of(clients()));
        }
    }

    void refused(Event.AttachRefused refusal) {
        String text = "attach refused by " + refusal.address() + ": " + refusal.code() + ": " + refusal.text();
        outcome.completeExceptionally(refusal.retry() == null ? Refusal.forbidden(text) : Refusal.unavailable(text));
    }

    void ended(Attachment attachment) {
        outcome.completeExceptionally(Refusal.unavailable(
                "the attachment ended: " + attachment.state().cause()));
    }

    /** The time is over. */
    void late() {
        Set<String> warnings = new LinkedHashSet<>();
        for (Attachment attachment : attachments) {
            if (!(attachment.state() instanceof AttachmentState.Attached)) {
                GatewayId gateway = attachment.order().gateway();
                warnings.add("not attached to " + gateway + " yet ("
                        + attachment.state().cause()
                        + "); this client keeps trying: tunnel:list shows how it goes, tunnel:detach " + gateway
                        + " ends it");
            }
        }
        outcome.complete(new Outcome<>(clients(), List.copyOf(warnings)));
    }

    /** The role ends, and nothing is tried any more. */
    void stopped() {
        outcome.completeExceptionally(Refusal.unavailable("this client stops"));
    }

    private List<ClientId> clients() {
        List<ClientId> clients = new ArrayList<>();
        for (Attachment attachment : attachments) {
            if (attachment.state() instanceof AttachmentState.Attached attached) {
                clients.add(attached.client());
            }
        }
        return clients;
    }
}
