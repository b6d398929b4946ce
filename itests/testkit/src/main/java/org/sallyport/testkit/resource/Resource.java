// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.resource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;

/** A resource on a loopback port that the system chose, with a thread for each connection; close it at the end. */
public final class Resource implements AutoCloseable {
    private static final int LIMIT_MILLIS = 20_000;
    private static final int BUFFER = 64 * 1024;

    /** What it does with a connection; the socket is closed afterwards, unless it was by then. */
    @FunctionalInterface
    public interface Script {
        void serve(Socket socket) throws IOException;
    }

    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Conversation> held = new LinkedBlockingQueue<>();
    private final AtomicInteger served = new AtomicInteger();
    private final List<Socket> fillers = new ArrayList<>();

    private Resource(ServerSocket server) {
        this.server = server;
    }

    /** {@return a resource that does as it is told} */
    public static Resource of(Script script) {
        try {
            ServerSocket server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
            Resource resource = new Resource(server);
            daemon(() -> resource.acceptAll(script));
            return resource;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return one that sends back what it gets, and ends when the application does} */
    public static Resource echo() {
        return of(socket -> {
            byte[] buffer = new byte[BUFFER];
            int read = socket.getInputStream().read(buffer);
            while (read >= 0) {
                socket.getOutputStream().write(buffer, 0, read);
                read = socket.getInputStream().read(buffer);
            }
            socket.shutdownOutput();
        });
    }

    /** {@return one that sends so many bytes of {@link Pattern} and ends, whatever it gets} */
    public static Resource source(long bytes) {
        return of(socket -> {
            Pattern.write(socket.getOutputStream(), bytes);
            socket.shutdownOutput();
            drain(socket);
        });
    }

    /** {@return one that reads to the end, then answers with 8 bytes: how many bytes of {@link Pattern} came, or -1} */
    public static Resource sink() {
        return of(socket -> {
            long read = Pattern.readToEnd(socket.getInputStream());
            byte[] answer = new byte[Long.BYTES];
            for (int i = 0; i < Long.BYTES; i++) {
                answer[i] = (byte) (read >>> (8 * (Long.BYTES - 1 - i)));
            }
            socket.getOutputStream().write(answer);
            socket.shutdownOutput();
        });
    }

    /** {@return one that hands its connections to {@link #next()} and does nothing itself} */
    public static Resource held() {
        Resource[] self = new Resource[1];
        try {
            ServerSocket server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
            self[0] = new Resource(server);
            daemon(self[0]::holdAll);
            return self[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return one whose port refuses connections} */
    public static Resource refusing() {
        try {
            // bound, so that nobody else gets the port, and not listening
            ServerSocket server = new ServerSocket();
            Resource resource = new Resource(server);
            Socket bound = new Socket();
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            resource.fillers.add(bound);
            return resource;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return one whose port never answers: its queue is full} */
    public static Resource neverAnswering() {
        try {
            ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            Resource resource = new Resource(server);
            for (int i = 0; i < 4; i++) {
                Socket filler = new Socket();
                resource.fillers.add(filler);
                try {
                    filler.connect(server.getLocalSocketAddress(), 200);
                } catch (IOException full) {
                    return resource;
                }
            }
            throw new IllegalStateException("the queue of a port could not be filled");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads to the end. */
    static void drain(Socket socket) throws IOException {
        byte[] buffer = new byte[BUFFER];
        int read = 0;
        while (read >= 0) {
            read = socket.getInputStream().read(buffer);
        }
    }

    private void acceptAll(Script script) {
        for (Socket socket = accept(); socket != null; socket = accept()) {
            Socket accepted = socket;
            daemon(() -> {
                try (accepted) {
                    script.serve(accepted);
                } catch (IOException e) {
                    // the other side went; what a test expects of it, it checks there
                } finally {
                    sockets.remove(accepted);
                }
            });
        }
    }

    private void holdAll() {
        for (Socket socket = accept(); socket != null; socket = accept()) {
            try {
                held.add(Conversation.of(socket));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private @Nullable Socket accept() {
        try {
            Socket socket = server.accept();
            socket.setSoTimeout(LIMIT_MILLIS);
            sockets.add(socket);
            served.incrementAndGet();
            return socket;
        } catch (IOException closed) {
            return null;
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "test-resource");
        thread.setDaemon(true);
        thread.start();
    }

    /** {@return the next connection of one that was made by {@link #held()}} */
    public Conversation next() {
        try {
            Conversation next = held.poll(LIMIT_MILLIS, TimeUnit.MILLISECONDS);
            if (next == null) {
                throw new AssertionError("no connection came within " + LIMIT_MILLIS + " ms");
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** {@return how many connections came so far} */
    public int served() {
        return served.get();
    }

    /** {@return where it is} */
    public HostPort address() {
        int port = server.isBound() ? server.getLocalPort() : fillers.get(0).getLocalPort();
        return new HostPort("127.0.0.1", port);
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket filler : fillers) {
                filler.close();
            }
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (SocketException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
