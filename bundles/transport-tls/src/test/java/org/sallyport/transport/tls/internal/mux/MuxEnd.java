// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.wire.control.Open;

/** One end of a connection that exists in memory only, with its mux and an owner that writes down what it hears. */
final class MuxEnd implements MuxOwner, AutoCloseable {
    final EmbeddedChannel channel = new EmbeddedChannel();
    final ProcessMemory memory;
    final Mux mux;
    final List<MuxStreamChannel> accepted = new ArrayList<>();
    final List<Open> requests = new ArrayList<>();
    Welcome welcome = Welcome.RAW;
    boolean goneAway;

    @Nullable
    String closed;

    boolean over;

    /** Whether the acceptor of requests adds its handler at once. */
    boolean prompt = true;

    /** What the acceptor of requests throws. */
    @Nullable
    RuntimeException fault;

    MuxEnd(boolean client) {
        this(client, 100_000);
    }

    MuxEnd(boolean client, int mostStreams) {
        this(client, mostStreams, WindowLimits.STANDARD, new ProcessMemory(1 << 30));
    }

    MuxEnd(boolean client, int mostStreams, WindowLimits windows, ProcessMemory memory) {
        this(
                client,
                new TunnelLimits(mostStreams, 1024, Duration.ofSeconds(4), Duration.ofSeconds(12)),
                windows,
                memory);
    }

    MuxEnd(boolean client, TunnelLimits limits) {
        this(client, limits, WindowLimits.STANDARD, new ProcessMemory(1 << 30));
    }

    private MuxEnd(boolean client, TunnelLimits limits, WindowLimits windows, ProcessMemory memory) {
        this.memory = memory;
        channel.freezeTime();
        mux = new Mux(channel, client, this, limits, windows, memory);
        channel.pipeline().addLast(mux);
    }

    /** Opens a raw stream and lets its SYN leave with the next {@link #written}. */
    MuxStreamChannel open(Tape tape) {
        return mux.openRaw(tape);
    }

    /** Makes the connection look full, or not. */
    void full(boolean full) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(2, !full);
        channel.runPendingTasks();
    }

    /** {@return all that left since the last call} */
    byte[] written() {
        channel.runPendingTasks();
        CompositeByteBuf all = Unpooled.compositeBuffer(Integer.MAX_VALUE);
        for (ByteBuf each = channel.readOutbound(); each != null; each = channel.readOutbound()) {
            all.addComponent(true, each);
        }
        byte[] bytes = ByteBufUtil.getBytes(all);
        all.release();
        return bytes;
    }

    void read(byte[] bytes) {
        if (bytes.length > 0 && channel.isOpen()) {
            channel.writeInbound(channel.alloc().directBuffer(bytes.length).writeBytes(bytes));
        }
        channel.runPendingTasks();
    }

    /** Carries bytes both ways until nothing moves. */
    static void exchange(MuxEnd one, MuxEnd other) {
        boolean moved = true;
        while (moved) {
            byte[] there = one.written();
            other.read(there);
            byte[] back = other.written();
            one.read(back);
            moved = there.length + back.length > 0;
        }
    }

    @Override
    public Welcome welcome(int streamId) {
        return welcome;
    }

    @Override
    public void opens(int streamId) {
        // tests read it from the frames
    }

    @Override
    public void opened(MuxStreamChannel stream) {
        accepted.add(stream);
        stream.pipeline().addLast(new Tape());
    }

    @Override
    public void requested(MuxStreamChannel stream, Open open) {
        RuntimeException mistake = fault;
        if (mistake != null) {
            throw mistake;
        }
        accepted.add(stream);
        requests.add(open);
        if (prompt) {
            stream.pipeline().addLast(new Tape());
        }
    }

    @Override
    public void goneAway() {
        goneAway = true;
    }

    @Override
    public void ended(MuxStreamChannel stream) {
        // tests ask the mux
    }

    @Override
    public void closed(String reason) {
        closed = reason;
    }

    @Override
    public void over() {
        over = true;
    }

    /** Closes the streams first: an embedded channel that is closed cancels the timers that would release what waits in them. */
    @Override
    public void close() {
        accepted.forEach(stream -> stream.close().awaitUninterruptibly(1));
        channel.close().syncUninterruptibly();
        channel.runPendingTasks();
        channel.advanceTimeBy(6, java.util.concurrent.TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
        written();
        channel.finishAndReleaseAll();
    }
}
