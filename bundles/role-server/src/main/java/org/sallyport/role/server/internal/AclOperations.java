// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.Acl;
import org.sallyport.api.AclRule;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.service.AclService;
import org.sallyport.api.service.AclView;
import org.sallyport.api.service.Outcome;

/** ACLs, for operators of the server. */
@Component(service = AclService.class, property = AclService.ROLE + "=server")
public final class AclOperations implements AclService {
    private final Supplier<GatewayServer> running;

    @Activate
    public AclOperations(@Reference ServerRole role) {
        this(role::server);
    }

    AclOperations(Supplier<GatewayServer> running) {
        this.running = running;
    }

    @Override
    public CompletionStage<AclView> show(GatewayId gateway) {
        return Operations.on(
                running,
                server -> CompletableFuture.completedFuture(
                        Views.acl(server.gateway(gateway).gateway())));
    }

    @Override
    public CompletionStage<Outcome<AclView>> put(GatewayId gateway, AclRule rule) {
        return edit(
                gateway, "acl:" + rule.action().word() + " " + rule.target(), acl -> AclEdits.put(acl, List.of(rule)));
    }

    @Override
    public CompletionStage<Outcome<AclView>> remove(GatewayId gateway, String target) {
        return edit(
                gateway, "acl:remove " + ForeignText.sentence(target), acl -> AclEdits.remove(acl, List.of(target)));
    }

    @Override
    public CompletionStage<Outcome<AclView>> replace(GatewayId gateway, List<AclRule> rules) {
        return edit(gateway, "acl:load of " + rules.size() + " rules", acl -> AclEdits.replace(rules));
    }

    private CompletionStage<Outcome<AclView>> edit(GatewayId id, String action, UnaryOperator<Acl> edit) {
        return Operations.on(running, server -> server.store(snapshot -> {
                    Gateway gateway = snapshot.gateway(id);
                    if (gateway == null) {
                        throw Operations.noGateway(id);
                    }
                    Acl next = edit.apply(gateway.acl());
                    return next.equals(gateway.acl())
                            ? List.of()
                            : List.of(new RegistryChange.PutGateway(gateway.withAcl(next)));
                })
                .thenComposeAsync(
                        snapshot -> {
                            server.audit(Operations.ACTOR, action, id);
                            return server.everywhere(id);
                        },
                        server.thread())
                .thenApplyAsync(
                        warnings -> new Outcome<>(Views.acl(server.gateway(id).gateway()), warnings), server.thread()));
    }
}
