// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports that nobody uses and that the kernel gives to nobody by itself: below its ephemeral range, each handed out once in
 * a run of the tests.
 */
public final class Ports {
    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;

    private static int next = ThreadLocalRandom.current().nextInt(FIRST, LAST);

    private Ports() {}

    /** {@return a port for something that must be told its port} */
    public static int one() {
        return block(1);
    }

    /** {@return the first of several neighbouring ports} */
    public static synchronized int block(int count) {
        for (int tries = 0; tries < LAST - FIRST; tries++) {
            if (next + count > LAST) {
                next = FIRST;
            }
            int first = next;
            int free = 0;
            while (free < count && isFree(first + free)) {
                free++;
            }
            next = first + free + (free < count ? 1 : 0);
            if (free == count) {
                return first;
            }
        }
        throw new IllegalStateException("no " + count + " neighbouring ports are free");
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
