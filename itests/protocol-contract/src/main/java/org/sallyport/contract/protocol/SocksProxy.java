// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.sallyport.api.HostPort;
import org.sallyport.testkit.resource.Resource;

/** A SOCKS proxy of both versions that connects to one resource, whatever it is asked for. Close it at the end. */
public final class SocksProxy implements AutoCloseable {
    private static final int NAME = 3;
    private static final int IPV6 = 4;

    private final HostPort resource;
    private final int reply;
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final Resource port = Resource.of(this::serve);

    /**
     * @param resource that it connects to
     * @param reply with which it answers to SOCKS 5; 0: it connects
     */
    SocksProxy(HostPort resource, int reply) {
        this.resource = resource;
        this.reply = reply;
    }

    /**
     * One that connects.
     *
     * @param resource to which
     */
    public SocksProxy(HostPort resource) {
        this(resource, 0);
    }

    /** {@return where it listens} */
    public HostPort address() {
        return port.address();
    }

    /** {@return the places that it was asked for, as {@code VERSION HOST:PORT}} */
    public Queue<String> asked() {
        return asked;
    }

    private void serve(Socket client) throws IOException {
        DataInputStream in = new DataInputStream(client.getInputStream());
        byte[] answer = in.readUnsignedByte() == 4 ? four(in) : five(in, client);
        if (answer.length > 2 && answer[1] != 0 && answer[0] == 5) {
            client.getOutputStream().write(answer);
            return;
        }
        try (Socket other = new Socket(resource.host(), resource.port())) {
            client.getOutputStream().write(answer);
            Thread back = new Thread(() -> pump(other, client), "test-proxy");
            back.setDaemon(true);
            back.start();
            pump(client, other);
            back.join(20_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private byte[] four(DataInputStream in) throws IOException {
        in.readUnsignedByte();
        int wanted = in.readUnsignedShort();
        byte[] address = in.readNBytes(4);
        text(in);
        boolean named = address[0] == 0 && address[1] == 0 && address[2] == 0;
        String host = named ? text(in) : InetAddress.getByAddress(address).getHostAddress();
        asked.add("4 " + host + ":" + wanted);
        return new byte[] {0, 90, 0, 0, 0, 0, 0, 0};
    }

    private static String text(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int c = in.read(); c > 0; c = in.read()) {
            text.append((char) c);
        }
        return text.toString();
    }

    private byte[] five(DataInputStream in, Socket client) throws IOException {
        in.readNBytes(in.readUnsignedByte());
        client.getOutputStream().write(new byte[] {5, 0});
        in.readNBytes(3);
        int kind = in.readUnsignedByte();
        String host = kind == NAME
                ? new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.US_ASCII)
                : InetAddress.getByAddress(in.readNBytes(kind == IPV6 ? 16 : 4)).getHostAddress();
        asked.add("5 " + host + ":" + in.readUnsignedShort());
        return new byte[] {5, (byte) reply, 0, 1, 0, 0, 0, 0, 0, 0};
    }

    private static void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException ended) {
            // the other way tells
        }
    }

    @Override
    public void close() {
        port.close();
    }
}
