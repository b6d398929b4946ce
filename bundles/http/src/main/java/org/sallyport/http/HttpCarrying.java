// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http;

import java.util.function.LongSupplier;
import org.sallyport.api.Destination;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.config.Limits;
import org.sallyport.http.internal.HttpIngress;
import org.sallyport.http.internal.HttpInquiry;
import org.sallyport.http.internal.HttpPathGuard;
import org.sallyport.spi.Inquiry;
import org.sallyport.spi.PipelineStage;
import org.sallyport.spi.Protocol;

/**
 * What protocols that carry HTTP have in common; each adds its name and what protects the application's leg.
 *
 * <p>At the application's side requests are parsed and rewritten, the first one opens the stream, and what can't be served is
 * answered. At the resource's side there is something only where rules for paths apply to the connection. The stages have no
 * state of their own; they serve any number of connections, each on its event loop.
 */
public abstract class HttpCarrying implements Protocol {
    private final LegSecurity security;
    private final PipelineStage ingress;
    private final PipelineStage egress;

    /**
     * Carries HTTP within {@link HttpLimits#DEFAULTS}, and what is configured.
     *
     * @param security of the application's leg; resources are told of it as the scheme
     * @param configured says how large a request's body may be
     */
    protected HttpCarrying(LegSecurity security, Limits configured) {
        this.security = security;
        HttpLimits limits = HttpLimits.DEFAULTS;
        boolean tls = security != LegSecurity.NONE;
        LongSupplier maxBody = () -> configured.now().http().maxBody();
        ingress = (pipeline, context) -> pipeline.addLast(new HttpIngress(context, tls, limits, maxBody));
        egress = (pipeline, context) -> {
            if (context.pathRules()) {
                pipeline.addLast(new HttpPathGuard(context, limits));
            }
        };
    }

    @Override
    public final LegSecurity ingressSecurity() {
        return security;
    }

    @Override
    public final PipelineStage ingress() {
        return ingress;
    }

    @Override
    public final PipelineStage egress() {
        return egress;
    }

    /** The first request opens the stream, so that a connection without one costs the resource nothing. */
    @Override
    public final boolean opensLate() {
        return true;
    }

    /** Where only paths of a resource are allowed, each request is asked for. */
    @Override
    public final boolean judgesPaths() {
        return true;
    }

    /** Whatever the resource answers in HTTP, it speaks it. */
    @Override
    public final Inquiry inquiry(Destination destination) {
        return new HttpInquiry(destination, HttpLimits.DEFAULTS);
    }
}
