// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.ResetMode;
import org.sallyport.spi.StreamResetException;
import org.sallyport.transport.tls.internal.mux.Mux;
import org.sallyport.transport.tls.internal.mux.MuxOwner;
import org.sallyport.transport.tls.internal.mux.MuxStreamChannel;
import org.sallyport.transport.tls.internal.mux.ProcessMemory;
import org.sallyport.transport.tls.internal.mux.TunnelLimits;
import org.sallyport.transport.tls.internal.mux.WindowLimits;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.ControlEncoder;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.ControlViolation;
import org.sallyport.wire.control.Open;
import org.sallyport.wire.control.Opened;
import org.sallyport.wire.control.Probe;
import org.sallyport.wire.control.ProbeResult;
import org.sallyport.wire.control.Refused;
import org.sallyport.wire.control.StreamMessages;
import org.sallyport.wire.control.Terminate;
import org.sallyport.wire.frame.Frame;
import org.sallyport.wire.frame.FrameWriter;

/**
 * An end of a connection in memory, whose peer is a fuzzer, and so is whoever uses its streams. After each step it
 * is checked that nothing was thrown, that what left are frames within the peer's credit, that the connection was closed if
 * and only if {@link Rules} say so, and that no more memory is held than the peer's credit explains; at the end, that none is.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what comes of writes and closes shows in the frames
final class FuzzedEnd implements MuxOwner, AutoCloseable {
    private static final int[] TYPES = {0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 0, 1, 0, 1, 4, 256};
    private static final int[] FLAGS = {0, 0, 0, 0, 1, 1, 1, 1, 2, 4, 4, 8, 8, 5, 9, 12, 6, 10, 3, 16, 0xffff};
    private static final int[] LONG = {4096, 16_388, 32_768, 32_769, 65_524, 131_072, 262_144, 262_145};
    private static final int[] CREDIT = {0, 1, 131_072, 262_144, 0x7fff_ffff, -1};
    private static final int MOST_STEPS = 300;
    private static final long MOST_BYTES = 2_000_000;
    private static final long DEAD_NANOS = TimeUnit.SECONDS.toNanos(12);

    // a connection's gathered frames and its ends
    private static final long ROOM = 131_072;
    private static final long ROOM_A_STREAM = 20_480;
    private static final int PINNED = 4;

    /** So little that streams are refused and reset for want of it. */
    private static final long PROCESS_BYTES = 524_288;

    private static final Open OPEN =
            new Open("qsn47KM8iTa_aB3xY", 1, "10.1.2.3", 40_000, "10.1.2.4", 15_000, Map.of("sni", "db.lan"), 7);

    /** More than a message of this end takes. */
    private static final int WORDS = 512;

    private final FuzzedDataProvider data;
    private final Role role;
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ProcessMemory process = new ProcessMemory(PROCESS_BYTES);
    private final Rules rules;
    private final List<MuxStreamChannel> streams = new ArrayList<>();
    private final ByteBuf batch = memory.directBuffer();
    private final Mux mux;
    private boolean attached;
    private boolean opened;
    private long written;
    private long sent;
    private long quietNanos;
    private @Nullable AssertionError wrong;
    private String end = "no reason";

    private FuzzedEnd(FuzzedDataProvider data, Role role, boolean attached) {
        this.data = data;
        this.role = role;
        this.attached = attached;
        channel.config().setAllocator(memory);
        channel.freezeTime();
        rules = new Rules(role);
        mux = new Mux(channel, role == Role.CLIENT, this, TunnelLimits.STANDARD, WindowLimits.STANDARD, process);
        channel.pipeline().addLast(mux);
    }

    /** A server's end, which let its peer attach, or did not and does not. */
    static FuzzedEnd server(FuzzedDataProvider data, boolean attached) {
        return new FuzzedEnd(data, Role.SERVER, attached);
    }

    /** A client's end, which asks to be attached, and is when its peer says so. */
    static FuzzedEnd client(FuzzedDataProvider data) {
        FuzzedEnd end = new FuzzedEnd(data, Role.CLIENT, false);
        end.attach();
        return end;
    }

    private void attach() {
        MuxStreamChannel control = mux.openRaw(role.codec());
        watch(control);
        control.pipeline().addLast(new Control());
        say(control, Attach.withToken("aaa.bbb.ccc", "edge", "0.1.0"));
        settle();
    }

    /** Lets the fuzzer do as it likes. */
    void run() {
        for (int step = 0;
                step < MOST_STEPS && sent < MOST_BYTES && data.remainingBytes() > 0 && channel.isOpen();
                step++) {
            step(data.consumeByte() & 0x1f);
        }
        deliver();
    }

    private void step(int what) {
        switch (what) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> frame();
            case 8, 9 -> opening();
            case 10 -> control();
            case 11 -> batch.writeBytes(data.consumeBytes(data.consumeByte() & 0x7f));
            case 12, 13 -> deliver();
            case 14 -> repeat();
            default -> {
                deliver();
                here(what);
            }
        }
    }

    // ------------------------------------------------------------------ the peer

    private int pick(int[] from) {
        return from[(data.consumeByte() & 0xff) % from.length];
    }

    private int streamId() {
        int id = data.consumeByte() & 0xff;
        return id < 0xf0 ? id & 0x1f : data.consumeInt();
    }

    private void frame() {
        int type = pick(TYPES);
        int flags = pick(FLAGS);
        int id = type == Frame.TYPE_PING || type == Frame.TYPE_GO_AWAY ? data.consumeByte() >>> 7 : streamId();
        if (type == Frame.TYPE_DATA) {
            int choice = data.consumeByte() & 0xff;
            if (choice < 0xe0) {
                byte[] payload = data.consumeBytes(choice);
                header(type, flags, id, payload.length);
                batch.writeBytes(payload);
            } else if (choice < 0xff) {
                int length = LONG[choice % LONG.length];
                header(type, flags, id, length);
                batch.writeZero(length);
            } else {
                header(type, flags, id, data.consumeInt());
            }
        } else {
            header(type, flags, id, type == Frame.TYPE_WINDOW_UPDATE ? pick(CREDIT) : data.consumeByte());
        }
    }

    private void header(int type, int flags, int id, int length) {
        batch.writeInt(type << 16 | flags).writeInt(id).writeInt(length);
    }

    /** OPEN with SYN, or OPENED, in a frame with payload behind it. */
    private void opening() {
        ByteBuf head = memory.heapBuffer();
        try {
            int choice = data.consumeByte();
            int flags;
            if ((choice & 0x80) == 0) {
                StreamMessages.write(OPEN, head);
                head.writeZero(choice & 0x3f);
                flags = Frame.SYN;
            } else {
                StreamMessages.write((choice & 0x40) == 0 ? Opened.ACCEPTED : new Opened(6, "nobody listens"), head);
                head.writeZero(choice & 0x1f);
                flags = Frame.ACK | ((choice & 0x20) == 0 ? 0 : Frame.RST);
            }
            FrameWriter.data(batch, streamId(), flags, head.readableBytes());
            batch.writeBytes(head);
        } catch (ControlViolation tooLong) {
            throw new AssertionError(tooLong);
        } finally {
            head.release();
        }
    }

    private void control() {
        int which = data.consumeByte() & 0xff;
        int first = role == Role.SERVER ? Frame.SYN : Frame.ACK;
        peerSays(role.ofPeer(which), (which & 0x80) == 0 ? first : 0);
        if ((which & 0x40) != 0) {
            deliver();
            agree();
        }
    }

    /** Both ends have named the feature, before this one has opened a stream. */
    private void agree() {
        if (attached && !opened) {
            mux.agreeWindows();
            rules.agree();
        }
    }

    private void peerSays(ControlMessage message, int flags) {
        ByteBuf said = memory.heapBuffer();
        try {
            new ControlEncoder(role.peersLongest()).write(message, said);
            FrameWriter.data(batch, TunnelProtocol.CONTROL_STREAM_ID, flags, said.readableBytes());
            batch.writeBytes(said);
        } catch (ControlViolation tooLong) {
            throw new AssertionError(tooLong);
        } finally {
            said.release();
        }
    }

    /** The last frame again and again, when it was a short one. */
    private void repeat() {
        int times = (data.consumeByte() & 0xff) * 4;
        if (batch.readableBytes() >= Frame.HEADER_LENGTH && batch.readableBytes() <= 64) {
            byte[] frame = new byte[batch.readableBytes()];
            batch.getBytes(batch.readerIndex(), frame);
            for (int i = 0; i < times; i++) {
                batch.writeBytes(frame);
            }
        }
    }

    /** What the peer has sent up to now arrives, in one buffer or in two. */
    private void deliver() {
        if (batch.isReadable() && channel.isOpen()) {
            sent += batch.readableBytes();
            quietNanos = 0;
            ByteBuf all = memory.directBuffer(batch.readableBytes()).writeBytes(batch);
            rules.peerSends(all);
            if (all.readableBytes() > 1 && sent % 3 == 0) {
                ByteBuf first = memory.directBuffer().writeBytes(all, all.readableBytes() / 2);
                channel.writeInbound(first, all);
            } else {
                channel.writeInbound(all);
            }
            // what comes behind the end has no handler any more, and an embedded channel keeps it for whoever asks
            channel.releaseInbound();
        }
        batch.clear();
        settle();
    }

    // ------------------------------------------------------------------ this end

    private @Nullable MuxStreamChannel stream() {
        return streams.isEmpty() ? null : streams.get((data.consumeByte() & 0xff) % streams.size());
    }

    private void here(int what) {
        MuxStreamChannel stream = stream();
        switch (what) {
            case 15 -> advance(data.consumeByte() & 7);
            case 16 -> full(true);
            case 17 -> full(false);
            case 18 -> mux.goAway();
            case 19 -> {
                opened = true;
                watch(mux.open(OPEN, new User()));
            }
            case 20 -> mux.ping();
            default -> {
                if (stream != null) {
                    use(stream, what);
                }
            }
        }
        settle();
    }

    private void use(MuxStreamChannel stream, int what) {
        switch (what) {
            case 21 -> stream.config().setAutoRead(true);
            case 22 -> stream.config().setAutoRead(false);
            case 23 -> stream.read();
            case 24 -> write(stream, data.consumeByte() & 0xff);
            case 25 -> write(stream, LONG[data.consumeByte() & 7]);
            case 26 -> stream.shutdownOutput();
            case 27 -> stream.reset(ResetMode.ABORT);
            case 28 -> stream.reset(ResetMode.IN_ORDER);
            case 29 -> stream.close();
            case 30 -> answer(stream, OpenReply.OK);
            default -> answer(stream, new OpenReply(OpenCode.CONNECTION_REFUSED, "nobody listens"));
        }
    }

    private static void answer(MuxStreamChannel stream, OpenReply reply) {
        if (stream.pipeline().get(Accepted.class) != null) {
            stream.reply(reply);
        }
    }

    /** Nobody sends before OPENED. */
    private static boolean mayWrite(MuxStreamChannel stream) {
        return stream.pipeline().get(Accepted.class) == null || stream.opened().isSuccess();
    }

    private void write(MuxStreamChannel stream, int bytes) {
        if (!mayWrite(stream)) {
            return;
        }
        written += bytes;
        stream.writeAndFlush(memory.directBuffer(Math.max(1, bytes)).writeZero(bytes));
    }

    private void say(Channel control, ControlMessage message) {
        written += WORDS;
        control.writeAndFlush(message);
    }

    private void advance(int seconds) {
        for (int second = 0; second < seconds; second++) {
            quietNanos += TimeUnit.SECONDS.toNanos(1);
            if (quietNanos >= DEAD_NANOS) {
                rules.allowEnd();
            }
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
            settle();
        }
    }

    private void full(boolean full) {
        if (channel.isOpen()) {
            channel.unsafe().outboundBuffer().setUserDefinedWritability(2, !full);
        }
    }

    private void watch(MuxStreamChannel stream) {
        stream.config().setAllocator(memory);
        streams.add(stream);
    }

    /** Lets everything happen that is due, and looks at it. */
    private void settle() {
        channel.runPendingTasks();
        drain();
        channel.checkException();
        if (wrong != null) {
            throw wrong;
        }
        rules.check(channel.isOpen(), end);
        long used = memory.metric().usedDirectMemory() + memory.metric().usedHeapMemory() - batch.capacity();
        long bound = ROOM + PINNED * rules.held() + ROOM_A_STREAM * (rules.streams() + streams.size()) + 2 * written;
        assertTrue(used <= bound, () -> used + " bytes are held; expected at most " + bound);
    }

    private void drain() {
        ByteBuf all = memory.heapBuffer();
        try {
            for (ByteBuf each = channel.readOutbound(); each != null; each = channel.readOutbound()) {
                all.writeBytes(each);
                each.release();
            }
            rules.endSends(all);
        } finally {
            all.release();
        }
    }

    // ------------------------------------------------------------------ the owner

    @Override
    public Welcome welcome(int streamId) {
        if (streamId == TunnelProtocol.CONTROL_STREAM_ID) {
            return Welcome.RAW;
        }
        return attached ? Welcome.REQUEST : Welcome.REFUSE;
    }

    @Override
    public void opens(int streamId) {
        // no tunnel that wears out here
    }

    @Override
    public void opened(MuxStreamChannel stream) {
        watch(stream);
        stream.pipeline().addLast(role.codec(), new Control());
        stream.config().setAutoRead(true);
    }

    @Override
    public void requested(MuxStreamChannel stream, Open open) {
        watch(stream);
        stream.pipeline().addLast(new Accepted());
        switch (data.consumeByte() & 7) {
            case 0 -> stream.reply(new OpenReply(OpenCode.CONNECTION_REFUSED, "denied"));
            case 1 -> stream.reset(ResetMode.ABORT);
            case 2 -> throw new IllegalStateException("an acceptor that fails");
            case 3 -> {
                stream.reply(OpenReply.OK);
                stream.config().setAutoRead(true);
            }
            case 4 -> stream.reply(OpenReply.OK);
            default -> {
                // answered later, or never
            }
        }
    }

    @Override
    public void goneAway() {
        // open streams go on
    }

    @Override
    public void ended(MuxStreamChannel stream) {
        // seen in the frames
    }

    @Override
    public void closed(String reason) {
        end = reason;
        assertHere(!reason.isEmpty(), "an end without a reason");
    }

    @Override
    public void over() {
        assertHere(!end.equals("no reason"), "nothing is left, and the end was not told");
    }

    /** Whoever uses a stream: sends back what it gets, and wonders at nothing but what is meant for it. */
    private class User extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            int bytes = ((ByteBuf) message).readableBytes();
            assertHere(bytes > 0, "an empty read");
            if (mayWrite((MuxStreamChannel) context.channel())) {
                written += bytes;
                context.writeAndFlush(message);
            } else {
                ((ByteBuf) message).release();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            assertHere(cause instanceof StreamResetException, "a stream fails with " + cause);
        }
    }

    private final class Accepted extends User {}

    private final class Control extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            assertHere(message instanceof ControlMessage, "no message but " + message.getClass());
            if (role == Role.CLIENT) {
                hear(context.channel(), message);
            }
        }

        /** As a client does: it applies and answers what it can, and goes when it is told to. */
        private void hear(Channel control, Object message) {
            if (message instanceof Attached first) {
                attached = true;
                say(control, new Applied(first.config().revision(), List.of()));
            } else if (message instanceof Config config) {
                say(control, new Applied(config.revision(), List.of()));
            } else if (message instanceof Probe probe) {
                say(control, new ProbeResult(probe.request(), 0, "", 0));
            } else if (message instanceof Refused || message instanceof Terminate) {
                rules.allowEnd();
                mux.close("the server wants no more of it");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            assertHere(
                    cause instanceof StreamResetException || cause instanceof ControlViolation,
                    "the control stream fails with " + cause);
            // a connection that is lost takes its streams along: that is no reason to lose it
            if (channel.isOpen()) {
                rules.allowEnd();
                mux.close("the control stream failed");
            }
        }
    }

    /** Netty catches what a handler throws, so it is kept. */
    private void assertHere(boolean holds, String what) {
        if (!holds && wrong == null) {
            wrong = new AssertionError(what);
        }
    }

    /** Ends all and looks for what was not given back. */
    @Override
    public void close() {
        rules.allowEnd();
        full(false);
        // an embedded channel that is closed cancels the timers that would release what waits in streams
        streams.forEach(stream -> stream.close());
        channel.runPendingTasks();
        channel.close();
        channel.runPendingTasks();
        drain();
        batch.release();
        assertEquals(0, memory.metric().usedDirectMemory(), "direct memory was not given back");
        assertEquals(0, memory.metric().usedHeapMemory(), "heap memory was not given back");
        assertEquals(0, mux.openStreams());
        assertEquals(0, process.held(), "bytes are counted that are not held");
        assertEquals(0, process.grown(), "windows are counted that are not there");
    }
}
