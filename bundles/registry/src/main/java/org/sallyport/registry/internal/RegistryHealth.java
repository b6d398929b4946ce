// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.health.HealthCheck;

/** Says whether the store takes changes. */
@Component
public final class RegistryHealth implements HealthCheck {
    private final EmbeddedStore store;

    @Activate
    public RegistryHealth(@Reference EmbeddedStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return "registry";
    }

    @Override
    public Health check() {
        return store.health();
    }
}
