// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.config.ClientSettings;
import org.sallyport.api.event.EventHub;

/**
 * What the parts of the role share.
 *
 * @param serial the thread that owns all state
 * @param random varies delays
 * @param events where events go
 * @param parts the services of other bundles as they are now
 * @param ingressSecurity what a protocol that is installed here says of the application's leg, null of others
 * @param settings the settings in force
 * @param ceiling the ceiling in force
 * @param control takes control streams into use
 * @param reader of configurations
 * @param host name of this machine, for the server's lists
 * @param version of this client
 */
record RoleContext(
        Serial serial,
        RandomGenerator random,
        EventHub events,
        Supplier<Parts> parts,
        Function<String, @Nullable LegSecurity> ingressSecurity,
        Supplier<ClientSettings> settings,
        Supplier<Ceiling> ceiling,
        ControlLink.Opener control,
        ConfigReader reader,
        String host,
        String version) {}
