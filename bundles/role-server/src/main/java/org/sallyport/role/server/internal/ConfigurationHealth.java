// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.config.ServerSettings;
import org.sallyport.api.health.HealthCheck;

/** Whether the server's configuration is the one that its file says. */
@Component
public final class ConfigurationHealth implements HealthCheck {
    private final ServerRole role;

    @Activate
    public ConfigurationHealth(@Reference ServerRole role) {
        this.role = role;
    }

    @Override
    public String name() {
        return "server configuration";
    }

    @Override
    public Health check() {
        String problem = role.problem();
        return problem.isEmpty() ? Health.good(ServerSettings.PID + " is in force") : Health.bad(problem);
    }
}
