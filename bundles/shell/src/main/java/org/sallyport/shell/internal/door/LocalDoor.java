// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.door;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.door.DoorFile;
import org.sallyport.api.door.DoorHello;
import org.sallyport.shell.internal.CommandRegistration;
import org.sallyport.shell.internal.RoleServices;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The local door of this container. In one that another launcher started there is none: it would have no directory to
 * announce it in, and Karaf's own ways in are there.
 */
@Component(service = LocalDoor.class, immediate = true) // acts; the contract's lines wait for it
public final class LocalDoor {
    private static final Logger LOG = LoggerFactory.getLogger(LocalDoor.class);
    private static final String HISTORY = "karaf.history";
    private static final long HELLO_MILLIS = 1000;

    private final @Nullable DoorListener listener;

    /** The commands are asked for so that no caller comes before they are there. */
    @Activate
    public LocalDoor(
            @Reference SessionFactory sessions,
            @Reference RoleServices services,
            @Reference CommandRegistration commands) {
        String base = System.getProperty(DoorFile.BASE, "");
        listener = base.isEmpty() ? null : open(Path.of(base), sessions, services);
    }

    private static @Nullable DoorListener open(Path base, SessionFactory sessions, RoleServices services) {
        String role = System.getProperty(DoorFile.ROLE, "container");
        if (System.getProperty(HISTORY) == null) {
            System.setProperty(HISTORY, base.resolve("state/history").toString());
        }
        try {
            return DoorListener.open(
                    base.resolve("run"),
                    role,
                    HELLO_MILLIS,
                    new SecureRandom(),
                    Map.of(
                            DoorHello.Mode.RUN, new RunMode(sessions),
                            DoorHello.Mode.SHELL, new ShellMode(sessions, role),
                            DoorHello.Mode.HEALTH, new HealthMode(services)));
        } catch (IOException e) {
            LOG.error("door: run, shell and health will not work: {}", e.getMessage(), e);
            return null;
        }
    }

    @Deactivate
    void stop() {
        if (listener != null) {
            listener.close();
        }
    }
}
