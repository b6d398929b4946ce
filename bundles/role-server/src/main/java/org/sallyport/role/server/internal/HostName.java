// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;

/** Finds this machine's name. The system may ask a name server for it, so it is looked up once, on a thread of its own. */
final class HostName {
    private HostName() {}

    /** {@return the name, null when there is none that others could use; never fails} */
    static CompletableFuture<@Nullable String> lookUp() {
        CompletableFuture<@Nullable String> name = new CompletableFuture<>();
        Thread thread = new Thread(() -> name.complete(ask()), "sallyport-host-name");
        thread.setDaemon(true);
        thread.start();
        return name;
    }

    private static @Nullable String ask() {
        try {
            String name = new HostPort(InetAddress.getLocalHost().getHostName(), 0).host();
            return name.equals("localhost") ? null : name;
        } catch (UnknownHostException | IllegalArgumentException e) {
            return null;
        }
    }
}
