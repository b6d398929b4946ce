// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.sallyport.api.HostPort;
import org.sallyport.testkit.resource.Conversation;

/**
 * Applications that speak with an echo all the time, a thread each. Some make one connection after the other, some keep
 * theirs until the end. What comes back is compared byte by byte with what was sent, which no two connections have in
 * common; whatever is not as it should be is written down.
 */
final class Load implements AutoCloseable {
    private static final int CHUNK = 16 * 1024;
    private static final int MOST_CHUNKS = 16;

    private final Queue<String> troubles = new ConcurrentLinkedQueue<>();
    private final AtomicLong conversations = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong seeds = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    /** Lets so many applications connect to an address; every so manieth keeps its connection, 0: none. */
    void apply(HostPort to, int applications, int lasting) {
        for (int i = 0; i < applications; i++) {
            boolean keeps = lasting > 0 && i % lasting == 0;
            Thread thread = new Thread(() -> run(to, keeps), "application");
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void run(HostPort to, boolean keeps) {
        while (!over) {
            long seed = seeds.incrementAndGet();
            long begun = System.nanoTime();
            try {
                converse(to, new SplittableRandom(seed), keeps);
                conversations.incrementAndGet();
            } catch (IOException | AssertionError e) {
                troubles.add("conversation " + seed + " with " + to + (keeps ? ", a lasting one," : "") + " after "
                        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) + " ms: " + e
                        + (e.getCause() == null ? "" : ", " + e.getCause()));
            }
        }
    }

    private void converse(HostPort to, SplittableRandom random, boolean keeps) throws IOException {
        byte[] sent = new byte[CHUNK];
        try (Conversation application = Conversation.connect(to)) {
            InputStream in = application.socket().getInputStream();
            OutputStream out = application.socket().getOutputStream();
            int chunks = random.nextInt(MOST_CHUNKS);
            for (int chunk = 0; keeps ? !over : chunk < chunks; chunk++) {
                int length = 1 + random.nextInt(CHUNK);
                fill(sent, length, random.nextLong());
                out.write(sent, 0, length);
                try {
                    check(sent, in.readNBytes(length), length, chunk);
                } catch (IOException e) {
                    throw new IOException(
                            "chunk " + chunk + " of " + chunks + ", " + in.available() + " bytes there", e);
                }
                bytes.addAndGet(length);
            }
            application.end();
            int more = in.read();
            if (more >= 0) {
                throw new AssertionError("byte " + more + " came after the last one");
            }
        }
    }

    private static void fill(byte[] bytes, int length, long seed) {
        long state = seed;
        for (int i = 0; i < length; i++) {
            state = state * 0x5851F42D4C957F2DL + 0x14057B7EF767814FL;
            bytes[i] = (byte) (state >>> 56);
        }
    }

    private static void check(byte[] sent, byte[] back, int length, int chunk) {
        if (back.length < length) {
            throw new AssertionError(
                    "the end came after " + back.length + " of " + length + " bytes of chunk " + chunk);
        }
        for (int i = 0; i < length; i++) {
            if (back[i] != sent[i]) {
                throw new AssertionError("byte " + i + " of chunk " + chunk + " is wrong");
            }
        }
    }

    /** {@return how many conversations have ended well} */
    long conversations() {
        return conversations.get();
    }

    /** {@return how many bytes went and came back} */
    long bytes() {
        return bytes.get();
    }

    /** Lets all come to an end. {@return what was not as it should be} */
    List<String> end() {
        over = true;
        for (Thread thread : threads) {
            try {
                thread.join(Node.LIMIT.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
            if (thread.isAlive()) {
                troubles.add("an application did not end within " + Node.LIMIT);
            }
        }
        return List.copyOf(troubles);
    }

    @Override
    public void close() {
        over = true;
    }
}
