// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.health.HealthCheck;

/** Whether all that is wanted is attached. */
@Component
public final class AttachmentsHealth implements HealthCheck {
    private final ClientComponent client;

    @Activate
    public AttachmentsHealth(@Reference ClientComponent client) {
        this.client = client;
    }

    @Override
    public String name() {
        return "attachments";
    }

    @Override
    public Health check() {
        return client.attachmentHealth();
    }
}
