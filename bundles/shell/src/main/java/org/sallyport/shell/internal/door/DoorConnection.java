// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.door;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.sallyport.api.door.DoorFrame;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One caller's frames. Output may be written by any thread, frame by frame. Input goes to whoever was named by
 * {@link #onInput}, or else to {@link #input()}, which asks for it when it is first read.
 */
final class DoorConnection {
    private static final Logger LOG = LoggerFactory.getLogger(DoorConnection.class);

    private static final int MAX_CHUNKS = 16;
    private static final int ANSWER_SECONDS = 10;

    private final DataInputStream in;
    private final OutputStream out;
    private final BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(MAX_CHUNKS);
    private final BlockingQueue<byte[]> tokens = new ArrayBlockingQueue<>(1);
    private volatile Input receiver = chunks::put;
    private volatile Resize resized = (columns, rows) -> {};
    private volatile Runnable gone;

    /** Takes what the caller sends; an empty array is the end. Called on the reading thread; may block it. */
    @FunctionalInterface
    interface Input {
        void take(byte[] bytes) throws IOException, InterruptedException;
    }

    /** Learns of a new window size, on the reading thread. */
    @FunctionalInterface
    interface Resize {
        void to(int columns, int rows);
    }

    /**
     * Carries frames.
     *
     * @param gone what is done when the caller goes away, unless {@link #onGone} says something else; on the reading thread
     */
    DoorConnection(DataInputStream in, OutputStream out, Runnable gone) {
        this.in = in;
        this.out = out;
        this.gone = gone;
    }

    void onInput(Input input) {
        receiver = input;
    }

    void onResize(Resize resize) {
        resized = resize;
    }

    void onGone(Runnable action) {
        gone = action;
    }

    /** Reads frames until the caller goes away. */
    void read() {
        try {
            readFrames();
        } catch (IOException | InterruptedException e) {
            LOG.trace("door: the caller sends no more", e);
        } finally {
            gone.run();
        }
    }

    private void readFrames() throws IOException, InterruptedException {
        while (true) {
            DoorFrame frame = DoorFrame.read(in);
            switch (frame.type()) {
                case DoorFrame.IN -> receiver.take(frame.payload());
                case DoorFrame.TOKEN -> tokens.offer(frame.payload());
                case DoorFrame.SIZE -> resized.to(frame.number(0), frame.number(1));
                default -> {
                    // what a later version sends and this one can do without
                }
            }
        }
    }

    /** {@return the security token in the caller's environment, empty when there is none} */
    String token() throws IOException {
        tokens.clear();
        send(new DoorFrame(DoorFrame.ASK_TOKEN, new byte[0]));
        try {
            byte[] answer = tokens.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
            if (answer == null) {
                throw new IOException("the caller did not answer within " + ANSWER_SECONDS + " s");
            }
            return new String(answer, StandardCharsets.UTF_8).strip();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the caller went away", e);
        }
    }

    void send(DoorFrame frame) throws IOException {
        synchronized (out) {
            frame.write(out);
        }
    }

    /** {@return a stream whose bytes become frames of a type; it buffers nothing} */
    OutputStream output(int type) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int done = 0; done < length; done += DoorFrame.LONGEST / 2) {
                    send(DoorFrame.of(type, bytes, offset + done, Math.min(length - done, DoorFrame.LONGEST / 2)));
                }
            }
        };
    }

    /** {@return the caller's standard input, which is asked for at the first read} */
    InputStream input() {
        return new InputStream() {
            private byte[] chunk = {};
            private int at;
            private boolean asked;
            private boolean ended;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                if (at == chunk.length && !next()) {
                    return -1;
                }
                int count = Math.min(length, chunk.length - at);
                System.arraycopy(chunk, at, bytes, offset, count);
                at += count;
                return count;
            }

            private boolean next() throws IOException {
                if (!asked) {
                    asked = true;
                    send(new DoorFrame(DoorFrame.ASK, new byte[0]));
                }
                if (!ended) {
                    byte[] taken = taken();
                    chunk = taken;
                    at = 0;
                    ended = taken.length == 0;
                }
                return !ended;
            }

            private byte[] taken() throws IOException {
                try {
                    return chunks.take();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("the caller went away", e);
                }
            }
        };
    }
}
