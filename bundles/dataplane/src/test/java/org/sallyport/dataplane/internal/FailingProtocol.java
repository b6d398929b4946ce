// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal;

import org.sallyport.api.LegSecurity;
import org.sallyport.spi.PipelineStage;
import org.sallyport.spi.Protocol;

/**
 * A protocol with a mistake.
 *
 * @param at the method that throws
 */
public record FailingProtocol(String at) implements Protocol {
    private <T> T unless(String method, T value) {
        if (method.equals(at)) {
            throw new NoClassDefFoundError("a package that nobody exports");
        }
        return value;
    }

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
        return unless("ingress", PipelineStage.none());
    }

    @Override
    public PipelineStage egress() {
        return unless("egress", PipelineStage.none());
    }

    @Override
    public boolean opensLate() {
        return unless("opensLate", false);
    }
}
