// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.sallyport.api.HostPort;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.testkit.resource.Pattern;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.ControlDecoder;
import org.sallyport.wire.control.ControlEncoder;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.ControlViolation;
import org.sallyport.wire.control.Open;
import org.sallyport.wire.control.Opened;
import org.sallyport.wire.control.StreamMessages;
import org.sallyport.wire.frame.Frame;

/**
 * One end of a tunnel by hand: real TLS, and whatever frames a test likes. What the other end sends is read by a thread and
 * kept. Writes are gathered until {@link #flush()}, which every wait does first.
 */
final class RawPeer implements AutoCloseable {
    static final int DATA = Frame.TYPE_DATA;
    static final int WINDOW = Frame.TYPE_WINDOW_UPDATE;
    static final int PING = Frame.TYPE_PING;
    static final int AWAY = Frame.TYPE_GO_AWAY;
    static final int SYN = Frame.SYN;
    static final int ACK = Frame.ACK;
    static final int FIN = Frame.FIN;
    static final int RST = Frame.RST;

    private static final int CONTROL = TunnelProtocol.CONTROL_STREAM_ID;
    private static final int SMALL_BUFFER = 32_768;

    private final SSLSocket socket;
    private final OutputStream out;
    private final ControlDecoder decoder = new ControlDecoder(TunnelProtocol.MAX_SERVER_MESSAGE);
    private final Thread reader = new Thread(this::read, "raw-peer");

    // guarded by this
    private final List<Got> frames = new ArrayList<>();
    private final List<ControlMessage> messages = new ArrayList<>();
    private final Map<Integer, ByteArrayOutputStream> payload = new HashMap<>();
    private final Map<Integer, Long> granted = new HashMap<>();
    private boolean ended;

    private boolean controlOpen;
    private int pings;
    private int lastAsked;

    /** A frame that came. */
    record Got(int type, int flags, int stream, int length) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }

        /** {@return whether it resets a stream} */
        boolean resets(int which) {
            return type <= WINDOW && stream == which && has(RST);
        }
    }

    private RawPeer(SSLSocket socket) throws IOException {
        this.socket = socket;
        out = new BufferedOutputStream(socket.getOutputStream(), 16_384);
        reader.setDaemon(true);
    }

    /** {@return a client's end that is up, with a key of its own} */
    static RawPeer connect(HostPort server, KeyMaterial key) {
        return connect("127.0.0.1", server, key);
    }

    /** {@return the same, from another of this machine's addresses} */
    static RawPeer connect(String source, HostPort server, KeyMaterial key) {
        return connect(source, server, key, TunnelProtocol.ALPN);
    }

    /** {@return the same, which offers some protocols or none} */
    static RawPeer connect(String source, HostPort server, KeyMaterial key, String... protocols) {
        try {
            Socket plain = new Socket();
            plain.setReceiveBufferSize(SMALL_BUFFER);
            plain.bind(new InetSocketAddress(source, 0));
            plain.connect(new InetSocketAddress(server.host(), server.port()), 10_000);
            return handshake(
                    (SSLSocket) context(key).getSocketFactory().createSocket(plain, server.host(), server.port(), true),
                    protocols);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return an end that is up, over a socket whose TLS has not begun} */
    static RawPeer handshake(SSLSocket socket, String... protocols) throws IOException {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        socket.setSoTimeout((int) Node.LIMIT.toMillis());
        socket.startHandshake();
        return new RawPeer(socket);
    }

    /** {@return TLS with a key, for which every peer is the right one} */
    static SSLContext context(KeyMaterial key) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("key", key.key(), new char[0], key.chain().toArray(new X509Certificate[0]));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), new TrustManager[] {new AnyPeer()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class AnyPeer implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // it is
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // it is
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    // ------------------------------------------------------------------ what comes

    /** Begins to read; before that nothing that the other end sends is taken. */
    RawPeer reading() {
        reader.start();
        return this;
    }

    private void read() {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                int head = in.readInt();
                Got frame = new Got(head >>> 16, head & 0xffff, in.readInt(), in.readInt());
                byte[] bytes = new byte[frame.type() == DATA ? frame.length() : 0];
                in.readFully(bytes);
                take(frame, bytes);
            }
        } catch (IOException | ControlViolation e) {
            synchronized (this) {
                ended = true;
                notifyAll();
            }
        }
    }

    private synchronized void take(Got frame, byte[] bytes) throws ControlViolation {
        if (frame.type() == DATA && frame.stream() == CONTROL) {
            ByteBuf in = Unpooled.wrappedBuffer(bytes);
            for (ControlMessage message = decoder.next(in); message != null; message = decoder.next(in)) {
                messages.add(message);
            }
        } else if (frame.type() == DATA) {
            payload.computeIfAbsent(frame.stream(), none -> new ByteArrayOutputStream())
                    .writeBytes(bytes);
        }
        if (frame.type() == WINDOW) {
            granted.merge(frame.stream(), (long) frame.length(), Long::sum);
        }
        frames.add(frame);
        notifyAll();
    }

    synchronized <T> T await(String what, Supplier<T> find) {
        flush();
        long end = System.nanoTime() + Node.LIMIT.toNanos();
        T found = find.get();
        while (found == null) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            assertThat(!ended && left > 0)
                    .withFailMessage(
                            "%s did not come%s; what came is %s and %s",
                            what, ended ? " before the end" : "", last(frames), last(messages))
                    .isTrue();
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
            found = find.get();
        }
        return found;
    }

    private static <T> List<T> last(List<T> all) {
        return all.subList(Math.max(0, all.size() - 20), all.size());
    }

    /** Waits for a frame, or finds it among those that came. */
    Got await(String what, Predicate<Got> fits) {
        return await(what, () -> frames.stream().filter(fits).findFirst().orElse(null));
    }

    /** {@return how many frames came that fit} */
    synchronized int count(Predicate<Got> fits) {
        return (int) frames.stream().filter(fits).count();
    }

    /** Waits for a control message of a kind, or finds it among those that came. */
    <M extends ControlMessage> M hear(Class<M> kind) {
        return await(kind.getSimpleName(), () -> messages.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst()
                .orElse(null));
    }

    /** {@return how many control messages of a kind came} */
    synchronized int heard(Class<? extends ControlMessage> kind) {
        return (int) messages.stream().filter(kind::isInstance).count();
    }

    /**
     * Waits a while for more credit of a stream.
     *
     * @param first what this end counted on at first
     * @param known what it had in all up to now
     * @return what it has in all now, as much as before when nothing came
     */
    synchronized long creditBeyond(int stream, long first, long known) {
        flush();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
        long credit = known;
        long left = 1;
        while (credit == known && left > 0 && !ended) {
            credit = first + granted.getOrDefault(stream, 0L);
            left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            try {
                wait(credit == known ? Math.max(1, left) : 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
        return credit;
    }

    /** Waits until the other end has ended the connection. */
    void awaitEnd() {
        flush();
        synchronized (this) {
            long end = System.nanoTime() + Node.LIMIT.toNanos();
            while (!ended) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                assertThat(left)
                        .withFailMessage("the connection was not ended; %s came", last(frames))
                        .isPositive();
                try {
                    wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError(e);
                }
            }
        }
    }

    /** Waits for GO_AWAY with code 1 and the end. */
    void assertSentAway() {
        awaitEnd();
        synchronized (this) {
            assertThat(frames).contains(new Got(AWAY, 0, 0, 1));
        }
    }

    /** Waits until a stream is reset. */
    void assertReset(int stream) {
        await("RST of stream " + stream, frame -> frame.resets(stream));
    }

    /** Waits until all that was sent is dealt with, and the connection goes on. */
    void assertGoesOn() {
        int opaque = 0x7000_0000 | pings++;
        frame(PING, SYN, 0, opaque);
        await("the answer to PING", frame -> frame.type() == PING && frame.has(ACK) && frame.length() == opaque);
    }

    // ------------------------------------------------------------------ what is sent

    /** Sends a header. */
    RawPeer frame(int type, int flags, int stream, int length) {
        return raw(type << 16 | flags, stream, length);
    }

    /** Sends words of 32 bits. */
    RawPeer raw(int... words) {
        byte[] bytes = new byte[words.length * 4];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (words[i / 4] >>> (8 * (3 - i % 4)));
        }
        return send(bytes);
    }

    /** Sends bytes; what is sent after the end is lost. */
    RawPeer send(byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException closed) {
            // the test sees the end
        }
        return this;
    }

    RawPeer flush() {
        try {
            out.flush();
        } catch (IOException closed) {
            // the test sees the end
        }
        return this;
    }

    /** Sends payload. */
    RawPeer data(int flags, int stream, byte[] bytes) {
        return frame(DATA, flags, stream, bytes.length).send(bytes);
    }

    /** Sends a control message; the first opens the control stream. */
    RawPeer say(ControlMessage message) {
        return sayRaw(bytes(message));
    }

    /** Sends bytes on the control stream, which the first opens. */
    RawPeer sayRaw(byte[] bytes) {
        int flags = controlOpen ? 0 : SYN;
        controlOpen = true;
        return data(flags, CONTROL, bytes);
    }

    /** The control stream was opened by the other end. */
    void controlAccepted() {
        controlOpen = true;
        frame(WINDOW, ACK, CONTROL, 0);
    }

    static byte[] bytes(ControlMessage message) {
        ByteBuf buffer = Unpooled.buffer();
        try {
            new ControlEncoder(TunnelProtocol.MAX_SERVER_MESSAGE).write(message, buffer);
            return ByteBufUtil.getBytes(buffer);
        } catch (ControlViolation e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** {@return OPEN with its length} */
    static byte[] bytes(Open open) {
        ByteBuf buffer = Unpooled.buffer();
        try {
            StreamMessages.write(open, buffer);
            return ByteBufUtil.getBytes(buffer);
        } catch (ControlViolation e) {
            throw new IllegalArgumentException(e);
        }
    }

    static Open opening(String destination) {
        return new Open(destination, 0, "192.0.2.7", 4711, "192.0.2.8", 15_000, Map.of(), 1);
    }

    /** {@return OPENED with its length} */
    static byte[] bytes(Opened opened) {
        ByteBuf buffer = Unpooled.buffer();
        try {
            StreamMessages.write(opened, buffer);
            return ByteBufUtil.getBytes(buffer);
        } catch (ControlViolation e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** {@return the next stream that the other end opens} */
    int asked() {
        int before = lastAsked;
        Got asked = await(
                "SYN",
                frame -> frame.type() <= WINDOW
                        && frame.has(SYN)
                        && Integer.compareUnsigned(frame.stream(), before) > 0);
        lastAsked = asked.stream();
        return lastAsked;
    }

    /** Opens a stream to a destination. */
    RawPeer open(int stream, String destination) {
        return data(SYN, stream, bytes(opening(destination)));
    }

    /** Waits for the answer to OPEN. */
    Opened opened(int stream) {
        return await("OPENED on stream " + stream, () -> {
            try (StreamMessages.Reader<Opened> head = StreamMessages.openedReader()) {
                return head.next(Unpooled.wrappedBuffer(received(stream)));
            } catch (ControlViolation e) {
                throw new AssertionError(e);
            }
        });
    }

    /** {@return all that came on a stream, OPENED first} */
    synchronized byte[] received(int stream) {
        ByteArrayOutputStream bytes = payload.get(stream);
        return bytes == null ? new byte[0] : bytes.toByteArray();
    }

    /** Opens a stream to an echo and waits until it is carried. */
    void openEcho(int stream, String destination) {
        open(stream, destination);
        assertThat(opened(stream)).isEqualTo(new Opened(0, ""));
        assertEchoes(stream);
    }

    /** What is sent on a stream to an echo comes back, to the last byte. */
    void assertEchoes(int stream) {
        byte[] sent = Pattern.bytes(5000);
        int before = received(stream).length;
        data(0, stream, sent);
        byte[] back = await("the echo", () -> {
            byte[] all = received(stream);
            return all.length >= before + sent.length ? all : null;
        });
        assertThat(back).hasSize(before + sent.length).endsWith(sent);
        frame(WINDOW, 0, stream, sent.length);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // it was closed already
        }
        decoder.close();
    }
}
