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
import org.sallyport.api.balance.BalancerPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The balancer policies that are installed. A service that leaves is kept from going until nobody runs its code. */
@Component(service = BalancerRegistry.class)
public final class BalancerRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(BalancerRegistry.class);

    /** A little more than the longest drain that can be configured (50 s). */
    private static final Duration PATIENCE = Duration.ofSeconds(55);

    private final PluginRegistry<BalancerPolicy> plugins;

    @Activate
    public BalancerRegistry() {
        this(new PluginRegistry<>("balancer policy", PATIENCE));
    }

    /**
     * @param plugins where services are kept
     */
    public BalancerRegistry(PluginRegistry<BalancerPolicy> plugins) {
        this.plugins = plugins;
    }

    /** {@return what is installed} */
    public PluginRegistry<BalancerPolicy> plugins() {
        return plugins;
    }

    @Reference(
            name = "policy",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "remove")
    void add(BalancerPolicy service, Map<String, Object> properties) {
        if (properties.get(BalancerPolicy.NAME) instanceof String name) {
            plugins.add(
                    name,
                    service,
                    number(properties, "service.ranking").intValue(),
                    number(properties, "service.id").longValue());
        } else {
            LOG.error("balancer policy {}: has no property {}, so nobody can ask for it", service, BalancerPolicy.NAME);
        }
    }

    void remove(BalancerPolicy service) {
        plugins.remove(service);
    }

    private static Number number(Map<String, Object> properties, String key) {
        return properties.get(key) instanceof Number number ? number : Integer.valueOf(0);
    }
}
