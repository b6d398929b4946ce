// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.door;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.door.DoorFrame;
import org.sallyport.api.door.DoorHello;
import org.sallyport.shell.internal.verb.CallerToken;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs commands one after the other, up to the first that fails. */
final class RunMode implements DoorMode {
    private static final Logger LOG = LoggerFactory.getLogger(RunMode.class);

    private final SessionFactory sessions;

    RunMode(SessionFactory sessions) {
        this.sessions = sessions;
    }

    @Override
    public int serve(DoorHello hello, DoorConnection connection) throws IOException {
        try (PrintStream out = stream(connection, DoorFrame.OUT);
                PrintStream err = stream(connection, DoorFrame.ERR)) {
            Session session = sessions.create(connection.input(), out, err);
            try {
                session.currentDir(Path.of(hello.directory()));
                session.put(CallerToken.VARIABLE, (CallerToken) connection::token);
                return Operator.call(() -> run(hello.commands(), session, out, err));
            } finally {
                session.close();
            }
        }
    }

    private static PrintStream stream(DoorConnection connection, int type) {
        return new PrintStream(new PlainOutput(connection.output(type)), true, UTF_8);
    }

    private static int run(String commands, Session session, PrintStream out, PrintStream err) {
        String current = "";
        try {
            for (String command : Script.commands(commands)) {
                current = command;
                @Nullable Object result = session.execute(command);
                if (result != null && !(result instanceof Integer)) {
                    out.println(result);
                }
            }
            return 0;
        } catch (Exception e) {
            LOG.debug("door: '{}' failed", current, e);
            out.flush();
            err.println(message(e));
            return 1;
        }
    }

    private static String message(Exception e) {
        if (e.getClass().getSimpleName().equals("CommandNotFoundException")) { // the class belongs to Karaf's inside
            return e.getMessage() + "; help lists all commands";
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
