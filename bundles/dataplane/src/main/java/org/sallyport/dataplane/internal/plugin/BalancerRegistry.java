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
import org.sallyport.api.balance.BalancerPolicy;

/** The balancer policies that are installed. A service that leaves is kept from going until nobody runs its code. */
@Component(service = BalancerRegistry.class)
public final class BalancerRegistry {
    private final PluginRegistry<BalancerPolicy> plugins;

    @Activate
    public BalancerRegistry() {
        this(new PluginRegistry<>("balancer policy", PluginRegistry.PATIENCE));
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
        plugins.add(service, properties, BalancerPolicy.NAME);
    }

    void remove(BalancerPolicy service) {
        plugins.remove(service);
    }
}
