// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.sallyport.api.HostPort;

/** What lies between a client and a server, and can be cut, at one end or at both. */
final class Cable implements AutoCloseable {
    private final ServerSocket near;
    private final List<Socket> nearEnds = new CopyOnWriteArrayList<>();
    private final List<Socket> farEnds = new CopyOnWriteArrayList<>();
    private volatile HostPort far;

    Cable(HostPort far) throws IOException {
        this.far = far;
        near = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread(this::accept);
    }

    /** {@return where the client connects} */
    HostPort address() {
        return new HostPort("127.0.0.1", near.getLocalPort());
    }

    /** Leads somewhere else from now on. */
    void leadTo(HostPort next) {
        far = next;
    }

    /** Resets all connections at both ends. */
    void cut() {
        List<Socket> far = List.copyOf(farEnds);
        farEnds.clear();
        cutNearEnd();
        far.forEach(Cable::reset);
    }

    /** Resets the client's ends; the server's stay open and silent, as behind a router that forgot them. */
    void cutNearEnd() {
        List<Socket> near = List.copyOf(nearEnds);
        nearEnds.clear();
        near.forEach(Cable::reset);
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // it was closed already
        }
    }

    private void accept() {
        while (!near.isClosed()) {
            try {
                Socket client = near.accept();
                Socket server = new Socket();
                HostPort to = far;
                try {
                    server.connect(new InetSocketAddress(to.host(), to.port()), 2000);
                } catch (IOException e) {
                    client.close();
                    continue;
                }
                nearEnds.add(client);
                farEnds.add(server);
                thread(() -> copy(client, server, true));
                thread(() -> copy(server, client, false));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void copy(Socket from, Socket to, boolean fromClient) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException e) {
            if (!fromClient || nearEnds.contains(from)) {
                close(to);
            }
            // else: the client's end was cut, and the server must not learn of it
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it was closed already
        }
    }

    private static void thread(Runnable task) {
        Thread thread = new Thread(task, "cable");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        near.close();
        cut();
    }
}
