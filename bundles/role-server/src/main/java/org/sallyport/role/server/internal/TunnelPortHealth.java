// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.HostPort;
import org.sallyport.api.health.HealthCheck;
import org.sallyport.api.service.Refusal;

/** Whether clients can connect. */
@Component
public final class TunnelPortHealth implements HealthCheck {
    private final ServerRole role;

    @Activate
    public TunnelPortHealth(@Reference ServerRole role) {
        this.role = role;
    }

    @Override
    public String name() {
        return "tunnel port";
    }

    @Override
    public Health check() {
        try {
            TunnelPort port = role.server().port();
            HostPort address = port.address();
            return address == null ? Health.bad("not open: " + port.problem()) : Health.good("open on " + address);
        } catch (Refusal e) {
            return Health.bad("not open: " + e.getMessage());
        }
    }
}
