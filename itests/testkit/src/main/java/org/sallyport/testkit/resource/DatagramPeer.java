// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.resource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A UDP socket on loopback: an application's, or a resource that sends back what it gets. Close it at the end. */
public final class DatagramPeer implements AutoCloseable {
    private static final int LARGEST = 65_507;
    private static final int PATIENCE_MILLIS = 20_000;

    private final DatagramSocket socket;
    private final List<InetSocketAddress> sources = new CopyOnWriteArrayList<>();
    private volatile boolean silent;

    private DatagramPeer(DatagramSocket socket) throws SocketException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setReceiveBufferSize(1 << 20);
    }

    /** {@return a socket on a free port} */
    public static DatagramPeer open() {
        return open(0);
    }

    /** {@return a socket on a port} */
    public static DatagramPeer open(int port) {
        return open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** {@return a socket on an address} */
    public static DatagramPeer open(InetSocketAddress address) {
        try {
            return new DatagramPeer(new DatagramSocket(address));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return a resource on a free port that sends back what it gets} */
    public static DatagramPeer echo() {
        return echo(open());
    }

    /** {@return a resource on a port that sends back what it gets} */
    public static DatagramPeer echo(int port) {
        return echo(open(port));
    }

    /** {@return a socket that from now on sends back what it gets} */
    public static DatagramPeer echo(DatagramPeer peer) {
        Thread thread = new Thread(peer::run, "udp-echo");
        thread.setDaemon(true);
        thread.start();
        return peer;
    }

    private void run() {
        byte[] buffer = new byte[LARGEST];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                sources.add((InetSocketAddress) packet.getSocketAddress());
                if (!silent) {
                    socket.send(packet);
                }
            } catch (SocketTimeoutException e) {
                // goes on until it is closed
            } catch (IOException e) {
                return;
            }
        }
    }

    /** From now on a resource takes and does not answer. */
    public void silent(boolean now) {
        silent = now;
    }

    /** {@return from where datagrams came to a resource, in their order} */
    public List<InetSocketAddress> sources() {
        return sources;
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** Sends a datagram to a port of loopback. */
    public void send(int port, byte... data) {
        send(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), data);
    }

    /** Sends a datagram. */
    public void send(InetSocketAddress to, byte... data) {
        try {
            socket.send(new DatagramPacket(data, data.length, to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the next datagram, which must come in time} */
    public byte[] receive() {
        byte[] data = receive(PATIENCE_MILLIS);
        if (data == null) {
            throw new AssertionError("no datagram came within " + PATIENCE_MILLIS + " ms");
        }
        return data;
    }

    /** {@return the next datagram, null when none comes within so many milliseconds} */
    public byte @Nullable [] receive(int millis) {
        DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
        try {
            socket.setSoTimeout(millis);
            socket.receive(packet);
            return Arrays.copyOf(packet.getData(), packet.getLength());
        } catch (SocketTimeoutException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
