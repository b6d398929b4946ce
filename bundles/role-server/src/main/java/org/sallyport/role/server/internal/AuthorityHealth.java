// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.health.HealthCheck;
import org.sallyport.api.pki.TunnelIdentity;

/** Whether the server has its key authority. */
@Component
public final class AuthorityHealth implements HealthCheck {
    private final AuthorityFeed authority;

    @Activate
    public AuthorityHealth(@Reference AuthorityFeed authority) {
        this.authority = authority;
    }

    @Override
    public String name() {
        return "admission";
    }

    @Override
    public Health check() {
        TunnelIdentity identity = authority.identity();
        if (!authority.present() || identity == null) {
            return Health.bad("the key authority is away (bundle org.sallyport.pki does not run): connections go on,"
                    + " nobody can attach and no token can be shown until it is back");
        }
        return Health.good("tokens are checked, this server is " + identity.serverName());
    }
}
