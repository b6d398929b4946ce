// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.door;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.sallyport.api.door.DoorFrame;
import org.sallyport.api.door.DoorHello;
import org.sallyport.shell.internal.verb.CallerToken;

/** A person types, with completion and history. */
final class ShellMode implements DoorMode {
    /** Karaf's switch for its own greeting. */
    private static final String NO_WELCOME = "karaf.shell.suppress.welcome";

    private final SessionFactory sessions;
    private final String role;

    ShellMode(SessionFactory sessions, String role) {
        this.sessions = sessions;
        this.role = role;
    }

    @Override
    public int serve(DoorHello hello, DoorConnection connection) throws IOException {
        DoorTerminal terminal = new DoorTerminal(hello.terminal(), connection.output(DoorFrame.OUT));
        terminal.resize(hello.columns(), hello.rows());
        connection.onResize(terminal::resize);
        connection.onInput(terminal::type);
        PrintStream out = new PrintStream(terminal.output(), true, UTF_8);
        return Operator.call(() -> {
            Session session = sessions.create(terminal.input(), out, out, terminal, "UTF-8", () -> {});
            try {
                connection.onGone(session::close);
                System.setProperty(NO_WELCOME, "true");
                session.put(Session.IS_LOCAL, true);
                session.put("PROMPT", "sallyport " + role + "> ");
                session.currentDir(Path.of(hello.directory()));
                session.put(CallerToken.VARIABLE, (CallerToken) connection::token);
                exitLeaves(session);
                out.println("Sallyport " + role + ". Tab completes, help lists the commands, Ctrl-D leaves.");
                session.run();
                return 0;
            } finally {
                session.close();
            }
        });
    }

    /** Karaf's own {@code exit} leaves a subshell and does nothing where there is none. */
    private static void exitLeaves(Session session) {
        try {
            session.execute("exit = { logout }");
        } catch (Exception e) {
            throw new IllegalStateException("the shell does not take its definitions", e);
        }
    }
}
