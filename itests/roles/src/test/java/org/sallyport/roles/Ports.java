// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports that are free now. */
final class Ports {
    private static final int COUNT = 20;
    private static int next = 20_000 + (int) (ProcessHandle.current().pid() % 300) * COUNT;

    private Ports() {}

    /** {@return a port that nobody listens on} */
    static int free() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return a range of ports below those that the system gives out, nobody listening on any of them} */
    static synchronized String range() {
        while (true) {
            int first = next;
            next = next + COUNT > 32_000 ? 20_000 : next + COUNT;
            boolean free = true;
            for (int port = first; port < first + COUNT && free; port++) {
                free = isFree(port);
            }
            if (free) {
                return first + "-" + (first + COUNT - 1);
            }
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
