// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.resource;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.sallyport.api.HostPort;

/**
 * One side of a connection, an application's or a resource's: a blocking socket with time limits. Close it at the end.
 */
public final class Conversation implements AutoCloseable {
    private static final int LIMIT_MILLIS = 20_000;

    private final Socket socket;

    private Conversation(Socket socket) {
        this.socket = socket;
    }

    /** {@return the side of a socket that was accepted} */
    static Conversation of(Socket accepted) throws IOException {
        accepted.setSoTimeout(LIMIT_MILLIS);
        return new Conversation(accepted);
    }

    /** Connects. */
    public static Conversation connect(HostPort to) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(LIMIT_MILLIS);
        socket.connect(new InetSocketAddress(to.host(), to.port()), LIMIT_MILLIS);
        return new Conversation(socket);
    }

    /** {@return whether whoever connects is reset, rather than spoken to} */
    public static boolean isReset(HostPort to) throws IOException {
        try (Conversation conversation = connect(to)) {
            return conversation.isResetNext();
        } catch (ConnectException refused) {
            throw refused;
        } catch (SocketException reset) {
            // it came so soon that the system tells it of the connect
            return true;
        }
    }

    public Socket socket() {
        return socket;
    }

    /** Sends a text. */
    public Conversation send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends bytes. */
    public Conversation send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Says that it sends no more. */
    public Conversation end() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** {@return the next so many bytes as text; fails if there are fewer} */
    public String receive(int bytes) throws IOException {
        byte[] read = socket.getInputStream().readNBytes(bytes);
        if (read.length < bytes) {
            throw new AssertionError("expected " + bytes + " bytes, the end came after " + read.length + ": "
                    + new String(read, StandardCharsets.UTF_8));
        }
        return new String(read, StandardCharsets.UTF_8);
    }

    /** {@return everything up to the end, as text; fails on a reset} */
    public String receiveAll() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** {@return whether a reset comes next, rather than a byte or the end} */
    public boolean isResetNext() throws IOException {
        try {
            int read = socket.getInputStream().read();
            if (read >= 0) {
                throw new AssertionError("a byte came where a reset was expected: " + read);
            }
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    /** Closes with a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
