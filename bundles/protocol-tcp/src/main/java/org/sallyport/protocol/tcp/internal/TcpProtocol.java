// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.tcp.internal;

import org.osgi.service.component.annotations.Component;
import org.sallyport.spi.LegSecurity;
import org.sallyport.spi.PipelineStage;
import org.sallyport.spi.Protocol;

/** Bytes pass as they are, both half-closes and resets included: all of that is the data plane's work. */
@Component(property = Protocol.NAME + "=tcp")
public final class TcpProtocol implements Protocol {
    @Override
    public Carries carries() {
        return Carries.STREAM;
    }

    @Override
    public LegSecurity ingressSecurity() {
        return LegSecurity.NONE;
    }

    @Override
    public PipelineStage ingress() {
        return PipelineStage.none();
    }

    @Override
    public PipelineStage egress() {
        return PipelineStage.none();
    }
}
