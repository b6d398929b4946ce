// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.sallyport.api.HostPort;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Pattern;

/** An application that sends to an echo all the time, on one connection, and compares what comes back. */
final class Bystander implements AutoCloseable {
    private static final byte[] BLOCK = Pattern.bytes(8_000);

    private final Conversation echo;
    private final AtomicInteger rounds = new AtomicInteger();
    private final AtomicReference<String> harm = new AtomicReference<>();
    private volatile boolean closing;

    Bystander(HostPort address) throws IOException {
        echo = Conversation.connect(address);
        Thread thread = new Thread(this::run, "bystander");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!closing) {
                byte[] back = echo.send(BLOCK).socket().getInputStream().readNBytes(BLOCK.length);
                if (!Arrays.equals(back, BLOCK)) {
                    harm.compareAndSet(null, "other bytes came back, " + back.length + " of " + BLOCK.length);
                    return;
                }
                rounds.incrementAndGet();
            }
        } catch (IOException e) {
            if (!closing) {
                harm.compareAndSet(null, "the connection ended: " + e);
            }
        }
    }

    /** Its connection is carried as before. */
    void assertUnharmed() {
        int before = rounds.get();
        Await.until("three more echoes", () -> harm.get() != null || rounds.get() >= before + 3);
        if (harm.get() != null) {
            throw new AssertionError("a healthy client's connection was harmed: " + harm.get());
        }
    }

    @Override
    public void close() throws IOException {
        closing = true;
        echo.close();
    }
}
