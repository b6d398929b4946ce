// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.tls;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.sallyport.api.pki.LegCertificates;

/** The {@link LegKeys} of this process, which follow the service that comes and goes. */
@Component(service = LegKeysHolder.class)
public final class LegKeysHolder {
    private final LegKeys keys = new LegKeys();

    /** Nobody who knows is there yet. */
    @Activate
    public LegKeysHolder() {}

    /** Somebody who knows is there. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    public void bind(LegCertificates certificates) {
        keys.bind(certificates);
    }

    /** It goes. */
    public void unbind(LegCertificates certificates) {
        keys.unbind(certificates);
    }

    public LegKeys keys() {
        return keys;
    }

    /** Ends the threads. */
    @Deactivate
    public void stop() {
        keys.close();
    }
}
