// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http;

import org.sallyport.http.internal.HttpIngress;
import org.sallyport.http.internal.HttpPathGuard;
import org.sallyport.spi.PipelineStage;

/** The stages of protocols that carry HTTP. */
public final class HttpStages {
    private HttpStages() {}

    /**
     * What stands at the application's side: parses and rewrites requests, opens the stream with the first one, and answers
     * what can't be served. The protocol has to open late.
     *
     * @param tls whether the application's leg is TLS, which is what resources are told as its scheme
     * @param limits of heads and times
     * @return a stage without state, for any number of connections
     */
    public static PipelineStage ingress(boolean tls, HttpLimits limits) {
        return (pipeline, context) -> pipeline.addLast(new HttpIngress(context, tls, limits));
    }

    /**
     * What stands at the resource's side: nothing, unless rules for paths apply to the connection.
     *
     * @param limits of heads
     * @return a stage without state, for any number of connections
     */
    public static PipelineStage egress(HttpLimits limits) {
        return (pipeline, context) -> {
            if (context.pathRules()) {
                pipeline.addLast(new HttpPathGuard(context, limits));
            }
        };
    }
}
