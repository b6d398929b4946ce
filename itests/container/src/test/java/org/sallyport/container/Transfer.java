// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.container;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.sallyport.testkit.process.Program;

/**
 * A connection that carries a counting sequence of bytes, both ways, until it is told to stop: whoever loses, repeats or
 * swaps a byte is found out.
 */
final class Transfer implements AutoCloseable {
    private static final int BLOCK = 4096;

    private final Socket socket;
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong carried = new AtomicLong();
    private final CompletableFuture<Long> result;

    private Transfer(Socket socket) {
        this.socket = socket;
        this.result = CompletableFuture.supplyAsync(this::run, task -> daemon("transfer", task));
    }

    /** Connects and begins. */
    static Transfer through(int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 20_000);
        socket.setSoTimeout((int) Program.PATIENCE.toMillis());
        return new Transfer(socket);
    }

    /** {@return a resource that sends back what it gets, on an ephemeral loopback port} */
    static ServerSocket echo() throws IOException {
        ServerSocket server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        daemon("echo", () -> {
            while (true) {
                try {
                    Socket accepted = server.accept();
                    daemon("echo connection", () -> {
                        try (accepted) {
                            accepted.getInputStream().transferTo(accepted.getOutputStream());
                        } catch (IOException e) {
                            // the application is gone; so is its connection
                        }
                    });
                } catch (IOException e) {
                    return;
                }
            }
        });
        return server;
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private long run() {
        try (socket) {
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            byte[] block = new byte[BLOCK];
            while (!stop.get()) {
                long start = carried.get();
                for (int i = 0; i < BLOCK; i++) {
                    block[i] = (byte) (start + i);
                }
                out.write(block);
                byte[] back = in.readNBytes(BLOCK);
                if (back.length < BLOCK) {
                    throw new IOException("ended after " + (start + back.length) + " bytes");
                }
                for (int i = 0; i < BLOCK; i++) {
                    if (back[i] != (byte) (start + i)) {
                        throw new IOException("wrong byte at " + (start + i));
                    }
                }
                carried.addAndGet(BLOCK);
                synchronized (carried) {
                    carried.notifyAll();
                }
            }
            return carried.get();
        } catch (IOException e) {
            synchronized (carried) {
                carried.notifyAll();
            }
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Waits until more bytes have gone there and back. */
    Transfer goesOn() throws InterruptedException {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        long wanted = carried.get() + 10L * BLOCK;
        synchronized (carried) {
            while (carried.get() < wanted && !result.isDone() && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.timedWait(carried, 1000);
            }
        }
        if (carried.get() < wanted) {
            throw new AssertionError("the transfer stands still after " + carried.get() + " bytes: " + result);
        }
        return this;
    }

    /** Ends it in good order. */
    long finish() throws InterruptedException, ExecutionException, TimeoutException {
        stop.set(true);
        return result.get(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Waits until it was ended by somebody else, and gives the reason. */
    String broken() throws InterruptedException, TimeoutException {
        try {
            throw new AssertionError("it ended in good order after " + result.get(60, TimeUnit.SECONDS) + " bytes");
        } catch (ExecutionException e) {
            return String.valueOf(e.getCause());
        }
    }

    @Override
    public void close() throws IOException {
        stop.set(true);
        socket.close();
    }
}
