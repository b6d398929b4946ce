// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.container;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.process.Program;

/**
 * A connection that sets a value, tries what is not allowed and gets the value back, in one go, again and again: whoever loses or
 * swaps an answer is found out.
 */
final class RespTraffic implements AutoCloseable {
    private static final String REFUSED = "-ERR command 'FLUSHALL' is not allowed by this gateway";

    private final Socket socket;
    private final String key;
    private final AtomicLong rounds = new AtomicLong();
    private final CompletableFuture<Void> ended;

    private RespTraffic(Socket socket) {
        this.socket = socket;
        key = "k" + socket.getLocalPort();
        ended = CompletableFuture.runAsync(this::run, task -> {
            Thread thread = new Thread(task, "RESP traffic");
            thread.setDaemon(true);
            thread.start();
        });
    }

    /** Connects and begins. */
    static RespTraffic through(int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 20_000);
        socket.setSoTimeout((int) Program.PATIENCE.toMillis());
        return new RespTraffic(socket);
    }

    private void run() {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                String value = String.valueOf(rounds.get());
                String all = command("SET", key, value) + command("FLUSHALL") + command("GET", key);
                socket.getOutputStream().write(all.getBytes(StandardCharsets.US_ASCII));
                expect(in, "+OK");
                expect(in, REFUSED);
                expect(in, "$" + value.length());
                expect(in, value);
                rounds.incrementAndGet();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String command(String... words) {
        StringBuilder command = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            command.append('$')
                    .append(word.length())
                    .append("\r\n")
                    .append(word)
                    .append("\r\n");
        }
        return command.toString();
    }

    private static void expect(InputStream in, String wanted) throws IOException {
        String line = RespStore.line(in);
        if (!line.equals(wanted)) {
            throw new AssertionError("expected '" + wanted + "', got '" + line + "'");
        }
    }

    /** Waits until more rounds were made. */
    RespTraffic goesOn() {
        long wanted = rounds.get() + 10;
        Await.until("ten more rounds, or the end", () -> rounds.get() >= wanted || ended.isDone());
        if (rounds.get() < wanted) {
            throw new AssertionError("it ended after " + rounds.get() + " rounds: " + ended);
        }
        return this;
    }

    /** Waits until it was ended by somebody else; an answer out of its turn is no such end. */
    void awaitEnd() throws InterruptedException, TimeoutException {
        try {
            ended.get(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            throw new IllegalStateException("it ends by an exception only");
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UncheckedIOException)) {
                throw new AssertionError("it went wrong", e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
