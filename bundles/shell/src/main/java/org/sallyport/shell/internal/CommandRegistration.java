// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal;

import java.util.List;
import org.apache.karaf.shell.api.console.Registry;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.shell.internal.verb.Services;
import org.sallyport.shell.internal.verb.Verbs;

/** Makes all commands known to every session of the container, and takes them back. */
@Component(service = CommandRegistration.class, immediate = true) // acts; the door waits for it
public final class CommandRegistration {
    private final Registry registry;
    private final List<VerbCommand> commands;

    @Activate
    public CommandRegistration(@Reference SessionFactory sessions, @Reference RoleServices services) {
        this(sessions.getRegistry(), (Services) services);
    }

    CommandRegistration(Registry registry, Services services) {
        this.registry = registry;
        this.commands = Verbs.all().stream()
                .map(verb -> new VerbCommand(verb, services))
                .toList();
        commands.forEach(registry::register);
    }

    @Deactivate
    void stop() {
        for (int i = commands.size() - 1; i >= 0; i--) {
            registry.unregister(commands.get(i));
        }
    }
}
