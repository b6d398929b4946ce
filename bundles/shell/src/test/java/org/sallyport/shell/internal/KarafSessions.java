// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal;

import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.apache.karaf.shell.impl.console.SessionFactoryImpl;
import org.jspecify.annotations.Nullable;
import org.sallyport.shell.internal.verb.Services;

/** Karaf's real shell, without its container, with our commands. */
public final class KarafSessions implements AutoCloseable {
    public final SessionFactory factory;
    /** One for all tests: it replaces System.out, and threads of sessions put it back as they end. */
    private static final ThreadIOImpl THREAD_IO = new ThreadIOImpl();

    static {
        THREAD_IO.start();
    }

    private @Nullable CommandRegistration commands;

    public KarafSessions(Services services) {
        SessionFactoryImpl sessions = new SessionFactoryImpl(THREAD_IO);
        factory = sessions;
        commands = new CommandRegistration(sessions.getRegistry(), services);
    }

    /** Takes our commands back. */
    public void withdraw() {
        if (commands != null) {
            commands.stop();
            commands = null;
        }
    }

    @Override
    public void close() {
        withdraw();
        ((SessionFactoryImpl) factory).stop();
    }
}
