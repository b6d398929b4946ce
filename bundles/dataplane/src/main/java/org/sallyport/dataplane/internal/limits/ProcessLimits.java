// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import java.util.List;
import java.util.function.LongSupplier;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.config.Limits;
import org.sallyport.api.service.LimitView;

/**
 * What all gateways of this process share (PROTOCOL.md, profile).
 *
 * @param settings what is configured
 * @param nanos the clock of rates
 * @param earlyBytes payload that was sent before the answer to an open and is kept to be sent again
 * @param dials opens that are held, resolved or dialled at the egress; each gateway has its {@link Share}
 * @param waiting connections that wait at the ingress for a client; each destination has its {@link Share}
 * @param handshakes TLS handshakes with applications that are under way; each destination has its {@link Share}
 * @param handshakeSources the same of each source
 * @param datagramFlows flows of datagrams at the ingress; each destination has its {@link Share}
 * @param newcomers new connections of each source at each destination
 * @param fruitless those that were reset before they had sent anything
 */
public record ProcessLimits(
        Limits settings,
        LongSupplier nanos,
        Allowance earlyBytes,
        Allowance dials,
        Allowance waiting,
        Allowance handshakes,
        SourceCounts handshakeSources,
        Allowance datagramFlows,
        SourceDebts newcomers,
        SourceDebts fruitless) {
    /** {@return the limits that are configured, at any time, nothing taken} */
    public static ProcessLimits of(Limits settings) {
        return of(settings, System::nanoTime);
    }

    static ProcessLimits of(Limits settings, LongSupplier nanos) {
        long now = nanos.getAsLong();
        return new ProcessLimits(
                settings,
                nanos,
                new Allowance(() -> settings.now().shared().early()),
                new Allowance(() -> settings.now().shared().dials()),
                new Allowance(() -> settings.now().shared().waiting()),
                new Allowance(() -> settings.now().shared().handshakes()),
                new SourceCounts(() -> settings.now().shared().handshakesSource()),
                new Allowance(() -> settings.now().shared().flows()),
                new SourceDebts(now),
                new SourceDebts(now));
    }

    /** {@return all of them as they are now} */
    public List<LimitView> views() {
        LimitSettings.Ingress ingress = settings.now().ingress();
        return List.of(
                LimitView.bytes("early.process", earlyBytes.most(), earlyBytes.taken()),
                LimitView.count("dials.process", dials.most(), dials.taken()),
                LimitView.count("waiting.process", waiting.most(), waiting.taken()),
                LimitView.count("handshakes.process", handshakes.most(), handshakes.taken()),
                LimitView.count("handshakes.source", handshakeSources.most(), null),
                LimitView.count("flows.process", datagramFlows.most(), datagramFlows.taken()),
                // kept by each destination for itself
                LimitView.count("flows.source", settings.now().shared().flowsSource(), null),
                LimitView.rate("ingress.source", ingress.source()),
                LimitView.rate("ingress.destination", ingress.destination()),
                LimitView.rate("ingress.fruitless.source", ingress.fruitlessSource()),
                LimitView.rate("ingress.fruitless.destination", ingress.fruitlessDestination()),
                // kept by the protocols of HTTP, of which several may be installed, or none
                LimitView.bytes("http.max.body", settings.now().http().maxBody(), null));
    }
}
