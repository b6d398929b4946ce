// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.health.HealthCheck;
import org.sallyport.api.registry.RegistrySnapshot;

/** Whether the server has its registry. */
@Component
public final class RegistryHealth implements HealthCheck {
    private final RegistryFeed registry;

    @Activate
    public RegistryHealth(@Reference RegistryFeed registry) {
        this.registry = registry;
    }

    @Override
    public String name() {
        return "gateways";
    }

    @Override
    public Health check() {
        RegistrySnapshot snapshot = registry.snapshot();
        if (!registry.present()) {
            return Health.bad("the registry is away (bundle org.sallyport.registry does not run): "
                    + (snapshot == null
                            ? "the server waits for it"
                            : "connections go on, nobody can attach and nothing can be changed until it is back"));
        }
        return snapshot == null
                ? Health.bad("the registry has not answered yet")
                : Health.good(snapshot.gateways().size() + " gateways, "
                        + snapshot.destinations().size() + " destinations");
    }
}
