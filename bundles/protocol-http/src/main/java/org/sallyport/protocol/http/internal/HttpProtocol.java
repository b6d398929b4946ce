// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.http.internal;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.config.Limits;
import org.sallyport.http.HttpCarrying;
import org.sallyport.spi.Protocol;

/** HTTP/1.1 as it is spoken without TLS. */
@Component(service = Protocol.class, property = Protocol.NAME + "=http")
public final class HttpProtocol extends HttpCarrying {
    /**
     * @param limits that are configured
     */
    @Activate
    public HttpProtocol(@Reference Limits limits) {
        super(LegSecurity.NONE, limits);
    }
}
