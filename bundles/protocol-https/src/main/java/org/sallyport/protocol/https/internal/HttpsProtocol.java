// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.https.internal;

import org.osgi.service.component.annotations.Component;
import org.sallyport.api.LegSecurity;
import org.sallyport.http.HttpLimits;
import org.sallyport.http.HttpStages;
import org.sallyport.spi.PipelineStage;
import org.sallyport.spi.Protocol;

/** HTTP/1.1 behind TLS, which the data plane ends. */
@Component(property = Protocol.NAME + "=https")
public final class HttpsProtocol implements Protocol {
    private final PipelineStage ingress = HttpStages.ingress(true, HttpLimits.DEFAULTS);
    private final PipelineStage egress = HttpStages.egress(HttpLimits.DEFAULTS);

    @Override
    public LegSecurity ingressSecurity() {
        return LegSecurity.TLS;
    }

    @Override
    public PipelineStage ingress() {
        return ingress;
    }

    @Override
    public PipelineStage egress() {
        return egress;
    }

    /** The first request opens the stream, so that a connection without one costs the resource nothing. */
    @Override
    public boolean opensLate() {
        return true;
    }
}
