// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.service.AclService;
import org.sallyport.api.service.Refusal;
import org.sallyport.api.service.TunnelService;
import org.sallyport.api.service.TunnelView;

/** The tunnels of the server's clients, for operators. Its callers wait for the role's thread, for 2 s at most. */
@Component(service = TunnelService.class, property = AclService.ROLE + "=server")
public final class TunnelOverview implements TunnelService {
    private static final long SECONDS = 2;

    private final Supplier<GatewayServer> running;

    @Activate
    public TunnelOverview(@Reference ServerRole role) {
        this(role::server);
    }

    TunnelOverview(Supplier<GatewayServer> running) {
        this.running = running;
    }

    @Override
    public List<TunnelView> tunnels() {
        try {
            return Operations.on(running, server -> CompletableFuture.completedFuture(list(server)))
                    .get(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.unavailable("interrupted while asking for the tunnels");
        } catch (ExecutionException e) {
            throw Failures.cause(e) instanceof Refusal refusal ? refusal : new IllegalStateException(e);
        } catch (TimeoutException e) {
            throw Refusal.unavailable("the server role did not answer within " + SECONDS + " s");
        }
    }

    private static List<TunnelView> list(GatewayServer server) {
        List<TunnelView> views = new ArrayList<>();
        for (GatewayState gateway : server.gateways().all()) {
            for (AttachedClient client : gateway.clients().values()) {
                for (ControlSession session : client.sessions()) {
                    views.add(Views.tunnel(gateway, client, session));
                }
            }
        }
        return List.copyOf(views);
    }
}
