// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.sallyport.api.Acl;
import org.sallyport.api.AclEdit;
import org.sallyport.api.AclRule;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.api.service.Refusal;
import org.sallyport.wire.control.AclChange;
import org.sallyport.wire.control.AclResult;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.Csr;
import org.sallyport.wire.control.Detach;
import org.sallyport.wire.control.Drain;
import org.sallyport.wire.control.Listeners;
import org.sallyport.wire.control.LogLine;
import org.sallyport.wire.control.ProbeResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an attached client says, and what is done about it. On the role's thread. */
final class ClientMessages {
    private static final Logger LOG = LoggerFactory.getLogger(ClientMessages.class);
    private static final int MAX_ACL_EDITS = 16;

    private final RoleThread thread;
    private final RegistryFeed registry;
    private final EventHub events;
    private final Attachments.Surroundings surroundings;
    private final Attachments attachments;
    private final Signing signing;
    private final LongSupplier nanos;
    private final LineBudget lines = new LineBudget(5);

    ClientMessages(
            RoleThread thread,
            RegistryFeed registry,
            EventHub events,
            Attachments.Surroundings surroundings,
            Attachments attachments,
            Signing signing,
            LongSupplier nanos) {
        this.thread = thread;
        this.registry = registry;
        this.events = events;
        this.surroundings = surroundings;
        this.attachments = attachments;
        this.signing = signing;
        this.nanos = nanos;
    }

    void received(Attachments.Attachment attachment, ControlSession session, ControlMessage message) {
        AttachedClient client = attachment.client();
        // of two tunnels the newer one says what is true of the client; what asks for something is answered on either
        boolean speaks = session == client.session();
        if (message instanceof Applied applied) {
            if (speaks) {
                client.applied(applied);
            }
            attachments.ready(attachment, session);
            surroundings.changed();
        } else if (message instanceof Listeners listeners) {
            if (speaks) {
                client.listeners(listeners);
                surroundings.changed();
            }
        } else if (message instanceof ProbeResult result) {
            client.probed(result);
        } else if (message instanceof AclChange change) {
            edit(attachment, session, change);
        } else if (message instanceof Drain) {
            if (speaks) {
                client.markDraining();
                attachment.endsBecause("the client stopped");
                surroundings.changed();
            }
        } else if (message instanceof Detach detach) {
            attachment.endsBecause(
                    detach.reason().isEmpty() ? "the client detached" : ForeignText.sentence(detach.reason()));
            session.close("the client detached");
        } else if (message instanceof LogLine line) {
            log(client, line);
        } else if (message instanceof Csr csr) {
            signing.answer(attachment, session, csr);
        } else {
            attachments.end(attachment, session, "it sent a message that only servers send");
        }
    }

    private void log(AttachedClient client, LogLine line) {
        int keptBack = lines.spend(client.id().value(), nanos.getAsLong());
        if (keptBack != LineBudget.SILENT) {
            LOG.info(
                    "{}: says, {}: {}{}",
                    client,
                    ForeignText.cut(line.level(), 16),
                    ForeignText.cut(line.text(), LogLine.MAX_TEXT),
                    keptBack == 0 ? "" : " (" + keptBack + " more lines were dropped)");
        }
    }

    /** The sentence for a client that edits what only the server may edit. */
    static String serverOnly(GatewayId gateway) {
        return "the ACL of gateway " + gateway + " is edited on the server only (its acl.edit is server)";
    }

    private void edit(Attachments.Attachment attachment, ControlSession session, AclChange change) {
        AttachedClient client = attachment.client();
        GatewayId id = attachment.gateway().id();
        if (!client.beginAclEdit(MAX_ACL_EDITS)) {
            session.send(new AclResult(
                    change.request(), false, MAX_ACL_EDITS + " edits of this client are under way; try again"));
            return;
        }
        thread.then(registry.change(snapshot -> edit(snapshot, id, change)), (snapshot, failure) -> {
            client.endAclEdit();
            if (failure == null) {
                surroundings.refresh();
                events.publish(new Event.Changed(
                        client.key(),
                        "acl:" + change.operation().name().toLowerCase(Locale.ROOT),
                        id + " " + ForeignText.sentence(change.rules().toString())));
            }
            session.send(
                    new AclResult(change.request(), failure == null, failure == null ? "" : Failures.text(failure)));
        });
    }

    private static List<RegistryChange> edit(RegistrySnapshot snapshot, GatewayId id, AclChange change) {
        Gateway gateway = snapshot.gateway(id);
        if (gateway == null) {
            throw Refusal.notFound("gateway " + id + " was deleted");
        }
        if (gateway.aclEdit() == AclEdit.SERVER) {
            throw Refusal.forbidden(serverOnly(id));
        }
        Acl next = edited(gateway.acl(), change);
        return next.equals(gateway.acl()) ? List.of() : List.of(new RegistryChange.PutGateway(gateway.withAcl(next)));
    }

    private static Acl edited(Acl acl, AclChange change) {
        List<AclRule> rules = WireForm.rules(change.rules());
        return switch (change.operation()) {
            case ADD -> AclEdits.put(acl, rules);
            case REMOVE ->
                AclEdits.remove(acl, rules.stream().map(AclRule::target).toList());
            case REPLACE -> AclEdits.replace(rules);
            case UNKNOWN -> throw Refusal.invalid("this server knows the edits add, remove and replace only");
        };
    }
}
