// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.tls.internal;

import org.osgi.service.component.annotations.Component;
import org.sallyport.api.LegSecurity;
import org.sallyport.spi.Protocol;

/** Applications and the ingress end verify each other; all of that is the data plane's work. */
@Component(property = Protocol.NAME + "=tls-mutual")
public final class MutualTlsProtocol implements Protocol {
    @Override
    public LegSecurity ingressSecurity() {
        return LegSecurity.MUTUAL;
    }
}
