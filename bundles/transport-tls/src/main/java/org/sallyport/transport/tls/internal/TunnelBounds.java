// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.util.internal.PlatformDependent;
import java.util.List;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.config.Limits;
import org.sallyport.api.service.LimitView;
import org.sallyport.transport.tls.internal.mux.ProcessMemory;
import org.sallyport.transport.tls.internal.mux.TunnelLimits;
import org.sallyport.transport.tls.internal.mux.WindowLimits;

/**
 * What tunnels may have.
 *
 * @param limits that are configured
 * @param process what the streams of all of them hold
 */
record TunnelBounds(Limits limits, ProcessMemory process) {
    /** Part of the memory outside of the heap that may be held for streams where nothing else is configured. */
    private static final int PART = 4;

    /** {@return the bounds that are configured, at any time, nothing held} */
    static TunnelBounds of(Limits limits) {
        return new TunnelBounds(limits, new ProcessMemory(() -> {
            long configured = limits.now().shared().memory();
            return configured == 0 ? PlatformDependent.maxDirectMemory() / PART : configured;
        }));
    }

    /** {@return what a tunnel may have that begins now} */
    TunnelLimits tunnel() {
        var now = limits.now().tunnel();
        return new TunnelLimits(now.streams(), now.opens(), now.quiet(), now.dead());
    }

    /** {@return what the windows of a tunnel may have that begins now} */
    WindowLimits windows() {
        var now = limits.now().windows();
        return new WindowLimits(now.most(), now.tunnel());
    }

    /** {@return what connections may have that arrive now} */
    Strangers strangers() {
        var now = limits.now().attaching();
        return new Strangers(now.source(), now.total(), now.patience().toMillis());
    }

    /**
     * {@return all of them as they are now}
     *
     * @param strangers that there are now
     */
    List<LimitView> views(int strangers) {
        LimitSettings now = limits.now();
        return List.of(
                LimitView.count("attach.source", now.attaching().source(), null),
                LimitView.count("attach.total", now.attaching().total(), (long) strangers),
                LimitView.time("attach.patience", now.attaching().patience()),
                LimitView.count("tunnel.streams", now.tunnel().streams(), null),
                LimitView.count("tunnel.opens", now.tunnel().opens(), null),
                LimitView.time("tunnel.quiet", now.tunnel().quiet()),
                LimitView.time("tunnel.dead", now.tunnel().dead()),
                LimitView.bytes("window.most", now.windows().most(), null),
                LimitView.bytes("window.tunnel", now.windows().tunnel(), null),
                LimitView.bytes("memory.process", process.most(), process.held()));
    }
}
