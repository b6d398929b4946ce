// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.plugin;

import java.time.Duration;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.sallyport.spi.Protocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The protocols that are installed. A service that leaves is kept from going until nobody runs its code. */
@Component(service = ProtocolRegistry.class)
public final class ProtocolRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(ProtocolRegistry.class);

    /** A little more than the longest drain that can be configured (50 s). */
    private static final Duration PATIENCE = Duration.ofSeconds(55);

    private final PluginRegistry<Protocol> plugins;

    @Activate
    public ProtocolRegistry() {
        this(new PluginRegistry<>("protocol", PATIENCE));
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
        if (properties.get(Protocol.NAME) instanceof String name) {
            plugins.add(
                    name,
                    service,
                    number(properties, "service.ranking").intValue(),
                    number(properties, "service.id").longValue());
        } else {
            LOG.error("protocol {}: has no property {}, so nobody can ask for it", service, Protocol.NAME);
        }
    }

    void remove(Protocol service) {
        plugins.remove(service);
    }

    private static Number number(Map<String, Object> properties, String key) {
        return properties.get(key) instanceof Number number ? number : Integer.valueOf(0);
    }
}
