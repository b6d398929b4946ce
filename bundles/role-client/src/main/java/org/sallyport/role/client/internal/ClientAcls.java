// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Acl;
import org.sallyport.api.AclRule;
import org.sallyport.api.GatewayId;
import org.sallyport.api.Registration;
import org.sallyport.api.service.AclService;
import org.sallyport.api.service.AclView;
import org.sallyport.api.service.Outcome;
import org.sallyport.api.service.Refusal;
import org.sallyport.wire.control.AclChange;
import org.sallyport.wire.control.AclResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ACLs of the gateways that this client is attached to: shown as they are in force here, edited by asking the server. State
 * is the role's thread's; the service's methods may be called on any.
 */
final class ClientAcls implements AclService {
    private static final Logger LOG = LoggerFactory.getLogger(ClientAcls.class);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final Duration PUSH_LIMIT = Duration.ofSeconds(2);
    private static final int MOST_AT_ONCE = 64;

    private final RoleContext role;
    private final Function<GatewayId, @Nullable GatewayLink> links;
    private final Map<Long, Asked> asked = new HashMap<>();
    private long lastRequest;

    /** An edit that its server has not answered; no other server's answer counts. */
    private record Asked(GatewayId gateway, CompletableFuture<AclResult> answer) {}

    /** @param links finds the link of a gateway that an attachment is wanted to */
    ClientAcls(RoleContext role, Function<GatewayId, @Nullable GatewayLink> links) {
        this.role = role;
        this.links = links;
    }

    @Override
    public CompletionStage<AclView> show(GatewayId gateway) {
        CompletableFuture<AclView> shown = new CompletableFuture<>();
        onRoleThread(shown, () -> shown.complete(view(known(gateway))));
        return shown;
    }

    @Override
    public CompletionStage<Outcome<AclView>> put(GatewayId gateway, AclRule rule) {
        return edit(gateway, AclChange.Operation.ADD, acl -> List.of(rule), acl -> acl.with(rule));
    }

    @Override
    public CompletionStage<Outcome<AclView>> remove(GatewayId gateway, String target) {
        return edit(
                gateway,
                AclChange.Operation.REMOVE,
                acl -> {
                    List<AclRule> named = new ArrayList<>(acl.rules());
                    named.removeAll(without(acl, gateway, target).rules());
                    return named;
                },
                acl -> without(acl, gateway, target));
    }

    @Override
    public CompletionStage<Outcome<AclView>> replace(GatewayId gateway, List<AclRule> rules) {
        return edit(gateway, AclChange.Operation.REPLACE, acl -> rules, acl -> new Acl(rules));
    }

    private static Acl without(Acl acl, GatewayId gateway, String target) {
        Acl without = acl.without(target);
        if (without == null) {
            throw Refusal.notFound("gateway " + gateway + " has no ACL rule for " + target + "; acl:show " + gateway
                    + " lists those that it has");
        }
        return without;
    }

    private CompletionStage<Outcome<AclView>> edit(
            GatewayId gateway,
            AclChange.Operation operation,
            Function<Acl, List<AclRule>> rules,
            UnaryOperator<Acl> effect) {
        CompletableFuture<Outcome<AclView>> outcome = new CompletableFuture<>();
        onRoleThread(outcome, () -> {
            GatewayLink link = known(gateway);
            TunnelSession session = link.sessions().stream()
                    .filter(each -> !each.draining())
                    .findFirst()
                    .orElseThrow(() -> Refusal.unavailable("this client is not attached to gateway " + gateway
                            + " now, so its server cannot be asked"));
            Acl before = config(link).acl();
            List<AclRule> named = sendable(rules.apply(before));
            Acl after = effect.apply(before);
            if (asked.size() >= MOST_AT_ONCE) {
                throw Refusal.unavailable(asked.size() + " ACL edits wait for their server's answer");
            }
            long request = ++lastRequest;
            CompletableFuture<AclResult> answer = new CompletableFuture<>();
            asked.put(request, new Asked(gateway, answer));
            session.send(new AclChange(request, operation, AclEntries.of(named)));
            Registration limit = role.serial()
                    .after(
                            ANSWER_LIMIT,
                            () -> answer.completeExceptionally(
                                    Refusal.unavailable("the server did not answer within " + ANSWER_LIMIT.toSeconds()
                                            + " s; whether the ACL was changed is not known, acl:show tells")));
            CompletionStage<AclResult> answered = answer;
            answered.whenComplete((result, failure) -> {
                limit.close();
                asked.remove(request);
                if (failure != null) {
                    outcome.completeExceptionally(failure);
                } else if (result.done()) {
                    awaitInForce(link, after, outcome);
                } else {
                    outcome.completeExceptionally(Refusal.forbidden(
                            "the server did not change the ACL: " + ForeignText.sentence(result.text())));
                }
            });
        });
        return outcome;
    }

    private static List<AclRule> sendable(List<AclRule> rules) {
        try {
            Acl.requireSendable(rules);
            return rules;
        } catch (IllegalArgumentException e) {
            throw (Refusal)
                    Refusal.invalid(e.getMessage() + "; nothing was changed").initCause(e);
        }
    }

    /** The edit comes back with the next configuration; somebody else's edit may come with it. */
    private void awaitInForce(GatewayLink link, Acl expected, CompletableFuture<Outcome<AclView>> outcome) {
        if (config(link).acl().equals(expected)) {
            outcome.complete(Outcome.of(view(link)));
            return;
        }
        link.onceApplied(() -> outcome.complete(Outcome.of(view(link))));
        role.serial()
                .after(
                        PUSH_LIMIT,
                        () -> outcome.complete(new Outcome<>(
                                view(link),
                                List.of("the server changed the ACL; this client has not applied it yet"))));
    }

    /** The server answered an edit, or the wishes of an attach. */
    void answered(AclResult result, GatewayId gateway) {
        Asked waiting = asked.get(result.request());
        if (waiting != null && waiting.gateway().equals(gateway)) {
            waiting.answer().complete(result);
        } else if (!result.done()) {
            LOG.warn(
                    "{}: the server did not change the ACL as --allow or --acl-file asks: {}",
                    gateway,
                    ForeignText.sentence(result.text()));
        }
    }

    private GatewayLink known(GatewayId gateway) {
        GatewayLink link = links.apply(gateway);
        if (link == null || link.config() == null) {
            throw Refusal.notFound(
                    "this client is not attached to gateway " + gateway + "; tunnel:list shows what it is attached to");
        }
        return link;
    }

    private static ClientConfig config(GatewayLink link) {
        ClientConfig config = link.config();
        if (config == null) {
            throw new IllegalStateException("a known link has a configuration");
        }
        return config;
    }

    private AclView view(GatewayLink link) {
        ClientConfig config = config(link);
        return new AclView(
                config.gateway().value(),
                rules(config.acl()),
                "deny",
                config.aclEditable() ? "both" : "server",
                rules(role.ceiling().get().rules()));
    }

    private static List<AclView.Rule> rules(Acl acl) {
        return acl.rules().stream()
                .map(rule -> new AclView.Rule(rule.action().word(), rule.host(), rule.port(), rule.path()))
                .toList();
    }

    private void onRoleThread(CompletableFuture<?> failing, Runnable task) {
        role.serial().execute(() -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                failing.completeExceptionally(e);
            }
        });
    }
}
