// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.sallyport.testkit.Await;

/**
 * A proxy that does as it is told: for each request in turn an answer, for the last of them a connection to a port of this
 * machine. What it was asked is kept as ISO 8859-1.
 */
final class ScriptedProxy implements AutoCloseable {
    /** How a request ends. */
    interface Request {
        boolean complete(byte[] soFar);
    }

    /** HTTP's, which ends with an empty line. */
    static final Request HEAD = soFar -> new String(soFar, ISO_8859_1).endsWith("\r\n\r\n");

    /** {@return one of so many bytes} */
    static Request bytes(int length) {
        return soFar -> soFar.length == length;
    }

    private record Step(Request request, String answer) {}

    private final ServerSocket listening;
    private final List<Step> steps = new ArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private volatile int beyond;
    private volatile boolean holding;

    ScriptedProxy() {
        this(InetAddress.getLoopbackAddress(), 0);
    }

    ScriptedProxy(InetAddress address, int port) {
        try {
            listening = new ServerSocket();
            listening.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    ScriptedProxy answer(Request request, String answer) {
        steps.add(new Step(request, answer));
        return this;
    }

    ScriptedProxy answer(Request request, byte[] answer) {
        return answer(request, new String(answer, ISO_8859_1));
    }

    /** After the last answer it leads there; else the connection is closed. */
    ScriptedProxy then(int port) {
        beyond = port;
        return this;
    }

    /** After the last answer nothing happens. */
    ScriptedProxy thenNothing() {
        holding = true;
        return this;
    }

    /** {@return the next request that it got} */
    String asked() {
        Await.until("the proxy was asked", () -> !asked.isEmpty());
        return asked.remove();
    }

    boolean wasAsked() {
        return !asked.isEmpty();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                open.add(client);
                thread(() -> serve(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try {
            for (Step step : steps) {
                asked.add(read(client.getInputStream(), step.request()));
                client.getOutputStream().write(step.answer().getBytes(ISO_8859_1));
            }
            if (beyond == 0) {
                if (!holding) {
                    client.close();
                }
                return;
            }
            Socket server = new Socket(InetAddress.getLoopbackAddress(), beyond);
            open.add(server);
            thread(() -> copy(server, client));
            copy(client, server);
        } catch (IOException e) {
            close(client);
        }
    }

    private static String read(InputStream in, Request request) throws IOException {
        ByteArrayOutputStream soFar = new ByteArrayOutputStream();
        while (!request.complete(soFar.toByteArray())) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the request breaks off after " + soFar.size() + " bytes");
            }
            soFar.write(next);
        }
        return soFar.toString(ISO_8859_1);
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void thread(Runnable task) {
        Thread thread = new Thread(task, "scripted-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        open.forEach(ScriptedProxy::close);
    }
}
