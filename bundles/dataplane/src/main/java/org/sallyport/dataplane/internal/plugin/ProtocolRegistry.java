// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.plugin;

import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.sallyport.spi.Protocol;

/** The protocols that are installed. A service that leaves is kept from going until nobody runs its code. */
@Component(service = ProtocolRegistry.class)
public final class ProtocolRegistry {
    private final PluginRegistry<Protocol> plugins;

    @Activate
    public ProtocolRegistry() {
        this(new PluginRegistry<>("protocol", PluginRegistry.PATIENCE));
    }

    /**
     * @param plugins where services are kept
     */
    public ProtocolRegistry(PluginRegistry<Protocol> plugins) {
        this.plugins = plugins;
    }

    /** {@return what is installed} */
    public PluginRegistry<Protocol> plugins() {
        return plugins;
    }

    @Reference(
            name = "protocol",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "remove")
    void add(Protocol service, Map<String, Object> properties) {
        plugins.add(service, properties, Protocol.NAME);
    }

    void remove(Protocol service) {
        plugins.remove(service);
    }
}
