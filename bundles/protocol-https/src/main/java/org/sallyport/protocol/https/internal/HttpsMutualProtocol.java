// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.https.internal;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.config.Limits;
import org.sallyport.http.HttpCarrying;
import org.sallyport.spi.Protocol;

/** HTTP/1.1 behind TLS in which applications present a certificate, too. */
@Component(service = Protocol.class, property = Protocol.NAME + "=https-mutual")
public final class HttpsMutualProtocol extends HttpCarrying {
    /**
     * @param limits that are configured
     */
    @Activate
    public HttpsMutualProtocol(@Reference Limits limits) {
        super(LegSecurity.MUTUAL, limits);
    }
}
