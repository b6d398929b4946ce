// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.door;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.door.DoorFile;
import org.sallyport.api.door.DoorFrame;
import org.sallyport.api.door.DoorHello;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open door: a loopback port and the file that announces it. Whoever cannot show the secret within a second is shut
 * out, the oldest of them at once when there are many; strangers and callers are bounded apart. So strangers do not keep
 * callers out.
 */
final class DoorListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DoorListener.class);

    private static final int MAX_STRANGERS = 64;
    private static final int MAX_CALLERS = 16;
    private static final long STOP_MILLIS = 2000;
    private static final long ACCEPT_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);

    private final ServerSocket socket;
    private final Path directory;
    private final DoorFile file;
    private final long helloMillis;
    private final Map<DoorHello.Mode, DoorMode> modes;
    private final Deque<Socket> strangers = new ConcurrentLinkedDeque<>();
    private final Semaphore callers = new Semaphore(MAX_CALLERS);
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "sallyport-door-clock");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean closed;

    private DoorListener(
            ServerSocket socket, Path directory, DoorFile file, long helloMillis, Map<DoorHello.Mode, DoorMode> modes) {
        this.socket = socket;
        this.directory = directory;
        this.file = file;
        this.helloMillis = helloMillis;
        this.modes = Map.copyOf(modes);
    }

    /**
     * Opens the door.
     *
     * @param directory DIR/run, which exists and is the owner's alone
     * @param role the word for the file
     * @param helloMillis how long a stranger has to show the secret
     * @param modes who serves callers
     * @throws IOException when there is no port, or the file cannot be written
     */
    static DoorListener open(
            Path directory, String role, long helloMillis, SecureRandom random, Map<DoorHello.Mode, DoorMode> modes)
            throws IOException {
        return open(new ServerSocket(), directory, role, helloMillis, random, modes);
    }

    /** The same at a socket that is not bound yet, which it closes. */
    static DoorListener open(
            ServerSocket socket,
            Path directory,
            String role,
            long helloMillis,
            SecureRandom random,
            Map<DoorHello.Mode, DoorMode> modes)
            throws IOException {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        try {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            DoorFile file = new DoorFile(
                    socket.getLocalPort(),
                    ProcessHandle.current().pid(),
                    role,
                    HexFormat.of().formatHex(secret));
            DoorListener listener = new DoorListener(socket, directory, file, helloMillis, modes);
            listener.start("sallyport-door", listener::accept);
            file.write(directory);
            return listener;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private Thread start(String name, Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } finally {
                        threads.remove(Thread.currentThread());
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
        return thread;
    }

    private void accept() {
        while (!closed) {
            try {
                Socket caller = socket.accept();
                strangers.addLast(caller);
                Socket oldest = strangers.size() > MAX_STRANGERS ? strangers.pollFirst() : null;
                if (oldest != null) {
                    shut(oldest);
                }
                sockets.add(caller);
                start("sallyport-door-" + caller.getPort(), () -> meet(caller));
            } catch (IOException e) {
                if (!closed) {
                    LOG.warn("door: nobody can be let in now: {}", e.getMessage());
                    LockSupport.parkNanos(ACCEPT_PAUSE); // out of descriptors, mostly: it passes
                }
            }
        }
    }

    private void meet(Socket caller) {
        try (caller) {
            caller.setTcpNoDelay(true);
            ScheduledFuture<?> deadline = clock.schedule(() -> shut(caller), helloMillis, TimeUnit.MILLISECONDS);
            DataInputStream in = new DataInputStream(new BufferedInputStream(caller.getInputStream()));
            @Nullable DoorHello hello = DoorHello.read(in, file.secret());
            deadline.cancel(false);
            strangers.remove(caller);
            if (hello == null) {
                LOG.warn("door: port {} of this machine showed a wrong secret", caller.getPort());
                return;
            }
            DoorConnection connection =
                    new DoorConnection(in, caller.getOutputStream(), Thread.currentThread()::interrupt);
            if (callers.tryAcquire()) {
                try {
                    serve(hello, connection, caller);
                } finally {
                    callers.release();
                }
            } else {
                connection
                        .output(DoorFrame.ERR)
                        .write((MAX_CALLERS + " callers are inside already: expected that one leaves first\n")
                                .getBytes(StandardCharsets.UTF_8));
                connection.send(DoorFrame.exit(1));
            }
        } catch (IOException e) {
            LOG.debug("door: port {} went away: {}", caller.getPort(), e.getMessage());
        } finally {
            strangers.remove(caller);
            sockets.remove(caller);
        }
    }

    private void serve(DoorHello hello, DoorConnection connection, Socket caller) throws IOException {
        DoorMode mode = modes.get(hello.mode());
        if (mode == null) {
            throw new IOException("nobody serves " + hello.mode());
        }
        Thread reader = start("sallyport-door-input-" + caller.getPort(), connection::read);
        try {
            int code = mode.serve(hello, connection);
            connection.send(DoorFrame.exit(code));
        } finally {
            shut(caller); // ends the reader, if it has not ended already
            reader.interrupt();
        }
    }

    private static void shut(Socket caller) {
        try {
            caller.close();
        } catch (IOException e) {
            LOG.debug("door: port {} does not close: {}", caller.getPort(), e.getMessage());
        }
    }

    /** Removes the file, interrupts whoever is inside and waits for them, two seconds at most. */
    @Override
    public void close() {
        closed = true;
        try {
            file.remove(directory);
            socket.close();
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("door: it does not close in order: {}", e.getMessage());
        }
        sockets.forEach(DoorListener::shut);
        clock.shutdownNow();
        threads.forEach(Thread::interrupt);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_MILLIS);
        for (Thread thread : threads) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (thread != Thread.currentThread() && left > 0) {
                try {
                    thread.join(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
        int left = threads.size();
        if (left > 0) {
            LOG.warn("door: {} threads of callers did not end within {} ms", left, STOP_MILLIS);
        }
    }
}
