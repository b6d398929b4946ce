// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.health.HealthCheck;

/** Whether the ceiling can be read. */
@Component
public final class CeilingHealth implements HealthCheck {
    private final ClientComponent client;

    @Activate
    public CeilingHealth(@Reference ClientComponent client) {
        this.client = client;
    }

    @Override
    public String name() {
        return "ceiling";
    }

    @Override
    public Health check() {
        return client.ceilingHealth();
    }
}
