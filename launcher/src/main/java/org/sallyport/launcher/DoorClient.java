// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.config.LaunchOptions;
import org.sallyport.api.door.DoorFrame;
import org.sallyport.api.door.DoorHello;

/**
 * {@code run}, {@code shell} and {@code health} from the outside: opens the door of a running instance, says what is
 * wanted, and passes bytes until the exit code comes. Uses two threads at most: this one for what comes, another for
 * standard input.
 */
final class DoorClient {
    private final OutputStream toInstance;
    private final DataInputStream fromInstance;
    private final String token;

    private static final int HEALTH_MILLIS = 10_000;

    private DoorClient(Socket socket, Map<String, String> environment) throws IOException {
        token = environment.getOrDefault(LaunchOptions.TOKEN_VARIABLE, "");
        toInstance = socket.getOutputStream();
        fromInstance = new DataInputStream(socket.getInputStream());
    }

    /**
     * Performs a command.
     *
     * @return the exit code that the instance gave
     * @throws Refusal if no instance runs, or if it cannot be told which one is meant
     */
    static int call(CommandLine.Door command) throws IOException {
        return call(command, System.getenv());
    }

    static int call(CommandLine.Door command, Map<String, String> environment) throws IOException {
        boolean textFromInput = command.text().equals("-");
        String text = textFromInput ? readAll(System.in) : command.text();
        if (text.length() > DoorFrame.LONGEST / 4) {
            throw Refusal.usage(command.mode().word() + ": the commands have " + text.length()
                    + " characters: expected at most " + DoorFrame.LONGEST / 4);
        }
        RunningInstances.Door door = RunningInstances.choose(command.base(), environment);
        try (Socket socket = door.socket()) {
            socket.setTcpNoDelay(true);
            // a monitor must hear of an instance that is frozen; other commands may take long
            socket.setSoTimeout(command.mode() == DoorHello.Mode.HEALTH ? HEALTH_MILLIS : 0);
            DoorClient client = new DoorClient(socket, environment);
            client.hello(door.file().secret(), command.mode(), text);
            return client.pass(command.mode() == DoorHello.Mode.SHELL, textFromInput);
        } catch (SocketTimeoutException e) {
            System.out.flush();
            System.err.println("sallyport: " + door.instance().base() + ": the instance does not answer within "
                    + HEALTH_MILLIS / 1000 + " s: it is frozen, or has much more to do than it can");
            return Sallyport.FAILED;
        } catch (IOException e) {
            System.out.flush();
            System.err.println("sallyport: " + door.instance().base()
                    + ": the instance ended the connection before the command was done"
                    + (e.getMessage() == null ? "" : " (" + e.getMessage() + ")")
                    + "; whether it was, is not known");
            return Sallyport.FAILED;
        }
    }

    private static String readAll(InputStream in) throws IOException {
        return new String(in.readAllBytes(), UTF_8);
    }

    private void hello(String secret, DoorHello.Mode mode, String text) throws IOException {
        TerminalSize size = TerminalSize.atStart();
        DoorHello hello = new DoorHello(
                mode,
                System.getProperty("user.dir"),
                size.columns(),
                size.rows(),
                System.getenv().getOrDefault("TERM", ""),
                text);
        send(hello.frame(secret));
    }

    private int pass(boolean interactive, boolean inputUsed) throws IOException {
        if (interactive) {
            startInput(false);
            TerminalSize.onChange(size -> send(DoorFrame.size(size.columns(), size.rows())));
        }
        @Nullable Thread input = null;
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        FileOutputStream err = new FileOutputStream(FileDescriptor.err);
        while (true) {
            DoorFrame frame = DoorFrame.read(fromInstance);
            switch (frame.type()) {
                case DoorFrame.OUT -> show(out, frame.payload());
                case DoorFrame.ERR -> show(err, frame.payload());
                case DoorFrame.EXIT -> {
                    return frame.exitCode();
                }
                case DoorFrame.ASK -> input = input == null && !interactive ? startInput(inputUsed) : input;
                case DoorFrame.ASK_TOKEN -> send(new DoorFrame(DoorFrame.TOKEN, token.getBytes(UTF_8)));
                default -> {
                    // a later version's frame that this one can do without
                }
            }
        }
    }

    /** The reader of this process's output may have seen enough and gone, as {@code head} does; nobody is told then. */
    private static void show(OutputStream out, byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw new Refusal(Sallyport.FAILED, "");
        }
    }

    private Thread startInput(boolean used) {
        Thread thread = new Thread(() -> sendInput(used), "stdin");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void sendInput(boolean used) {
        byte[] buffer = new byte[8192];
        FileInputStream in = new FileInputStream(FileDescriptor.in);
        try {
            int length = used ? -1 : in.read(buffer);
            while (length > 0) {
                send(DoorFrame.of(DoorFrame.IN, buffer, 0, length));
                length = in.read(buffer);
            }
            send(new DoorFrame(DoorFrame.IN, new byte[0]));
        } catch (IOException e) {
            // the other thread meets the same end and tells it
        }
    }

    private void send(DoorFrame frame) throws IOException {
        synchronized (toInstance) {
            frame.write(toInstance);
        }
    }
}
