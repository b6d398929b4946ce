// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.ResetMode;
import org.sallyport.wire.control.Open;
import org.sallyport.wire.control.StreamMessages;
import org.sallyport.wire.frame.Frame;
import org.sallyport.wire.frame.FrameWriter;

/** What may be said of everything that leaves a mux, whatever is done to it; a failure names its seed. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails shows in what does not leave
class MuxOrderPropertyTest {
    private static final int WINDOW = 262_144;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final MuxEnd end = new MuxEnd(true);
    private final Map<Integer, Model> streams = new HashMap<>();
    private final List<Frames.Sent> left = new ArrayList<>();
    private final Set<Integer> known = new HashSet<>();
    private int nextPeerStream = 2;
    private int pingsAsked;

    /** What a stream may and must do. */
    private static final class Model {
        final MuxStreamChannel channel;
        final boolean opener;
        final ByteArrayOutputStream written = new ByteArrayOutputStream();
        long credit = WINDOW;
        boolean acknowledged;
        boolean accepted;
        boolean finished;
        boolean aborted;
        boolean resetInOrder;
        boolean refused;

        Model(MuxStreamChannel channel, boolean opener) {
            this.channel = channel;
            this.opener = opener;
        }

        boolean over() {
            return aborted || resetInOrder || finished || refused;
        }
    }

    @AfterEach
    void close() {
        end.close();
    }

    @RepeatedTest(100)
    @Timeout(value = 20, unit = TimeUnit.SECONDS)
    void whatLeavesIsInOrderWithinCreditAndComplete() throws Exception {
        end.welcome = MuxOwner.Welcome.REQUEST;
        for (int step = 50 + random.nextInt(150); step > 0; step--) {
            step();
        }
        end.full(false);
        collect();
        for (int round = 0; round < 3; round++) {
            streams.forEach((id, model) -> grant(id, model, 32 * WINDOW));
            collect();
        }
        check(left);
    }

    private void step() throws Exception {
        switch (random.nextInt(12)) {
            case 0 -> openHere();
            case 1 -> openThere();
            case 2, 3, 4, 5 -> any(this::write);
            case 6 -> any(model -> grant(model.channel.streamId(), model, random.nextInt(100_000)));
            case 7 -> any(this::finish);
            case 8 -> any(this::resetOrReply);
            case 9 -> end.full(random.nextBoolean());
            case 10 -> {
                pingsAsked++;
                end.read(Frames.bytes(out -> FrameWriter.ping(out, false, pingsAsked)));
            }
            default -> collect();
        }
    }

    private interface Action {
        void on(Model model) throws Exception;
    }

    private void any(Action action) throws Exception {
        if (!streams.isEmpty()) {
            List<Model> all = new ArrayList<>(streams.values());
            action.on(all.get(random.nextInt(all.size())));
        }
    }

    private void openHere() {
        MuxStreamChannel stream = end.open(new Tape());
        Model model = new Model(stream, true);
        model.accepted = true;
        streams.put(stream.streamId(), model);
    }

    private void openThere() throws Exception {
        ByteBuf message = end.channel.alloc().buffer();
        StreamMessages.write(new Open("AAAAAAAAAAA_bbbbb", 1, "", 0, "", 0, Map.of(), 0), message);
        int id = nextPeerStream;
        nextPeerStream += 2;
        byte[] bytes = ByteBufUtil.getBytes(message);
        message.release();
        end.read(Frames.bytes(out -> {
            FrameWriter.data(out, id, Frame.SYN, bytes.length);
            out.writeBytes(bytes);
        }));
        streams.put(id, new Model(end.accepted.get(end.accepted.size() - 1), false));
    }

    private void write(Model model) {
        if (model.over() || !model.accepted) {
            return;
        }
        byte[] bytes = new byte[random.nextInt(3) == 0 ? random.nextInt(150_000) : random.nextInt(3000)];
        random.nextBytes(bytes);
        model.written.writeBytes(bytes);
        ByteBuf buffer = end.channel.alloc().directBuffer(bytes.length + 12);
        if (random.nextBoolean()) {
            buffer.writeZero(12).readerIndex(12);
        }
        model.channel.writeAndFlush(buffer.writeBytes(bytes));
    }

    private void finish(Model model) {
        if (!model.over() && model.accepted) {
            model.finished = true;
            model.channel.shutdownOutput();
        }
    }

    private void resetOrReply(Model model) {
        if (model.over()) {
            return;
        }
        if (!model.accepted) {
            model.accepted = random.nextInt(4) > 0;
            model.refused = !model.accepted;
            model.channel.reply(model.accepted ? OpenReply.OK : new OpenReply(OpenCode.TOO_MANY, "no"));
        } else if (random.nextInt(3) == 0) {
            boolean abort = random.nextBoolean();
            model.aborted = abort;
            model.resetInOrder = !abort;
            model.channel.reset(abort ? ResetMode.ABORT : ResetMode.IN_ORDER);
        }
    }

    /** The peer acknowledges and gives credit; only what it has heard of. */
    private void grant(int id, Model model, int credit) {
        collect();
        if (known.contains(id) || !model.opener) {
            int flags = model.opener && !model.acknowledged ? Frame.ACK : 0;
            model.acknowledged = true;
            model.credit += credit;
            end.read(Frames.window(id, flags, credit));
        }
    }

    private void collect() {
        for (Frames.Sent frame : Frames.parse(end.written())) {
            left.add(frame);
            known.add(frame.stream());
        }
    }

    private void check(List<Frames.Sent> sent) {
        int lastSyn = 0;
        Map<Integer, List<Frames.Sent>> byStream = new HashMap<>();
        int pings = 0;
        for (Frames.Sent frame : sent) {
            if (frame.type() == Frame.TYPE_PING) {
                assertThat(frame.length()).as("answers in order, seed %d", seed).isEqualTo(++pings);
            } else {
                byStream.computeIfAbsent(frame.stream(), id -> new ArrayList<>())
                        .add(frame);
            }
            if (frame.has(Frame.SYN) && frame.type() != Frame.TYPE_PING) {
                assertThat(frame.stream()).as("SYN in order, seed %d", seed).isGreaterThan(lastSyn);
                lastSyn = frame.stream();
            }
        }
        assertThat(pings).as("pings answered, seed %d", seed).isEqualTo(pingsAsked);
        streams.forEach((id, model) -> checkStream(id, model, byStream.getOrDefault(id, List.of())));
    }

    private void checkStream(int id, Model model, List<Frames.Sent> frames) {
        String where = "stream " + id + " of seed " + seed + ": " + frames.subList(0, Math.min(20, frames.size()));
        if (frames.isEmpty()) {
            assertThat(model.opener && (model.aborted || model.resetInOrder))
                    .as("%s: only a stream that was taken back leaves nothing", where)
                    .isTrue();
            return;
        }
        assertThat(frames.get(0).has(model.opener ? Frame.SYN : Frame.ACK))
                .as(where)
                .isTrue();
        assertThat(frames.stream().filter(frame -> (frame.flags() & (Frame.SYN | Frame.ACK)) != 0))
                .as(where)
                .hasSize(1);
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        boolean fin = false;
        boolean rst = false;
        for (Frames.Sent frame : frames) {
            assertThat(rst).as("%s: nothing after RST", where).isFalse();
            assertThat(fin && frame.type() == Frame.TYPE_DATA && frame.length() > 0)
                    .as("%s: no payload after FIN", where)
                    .isFalse();
            assertThat(frame.length()).as(where).isLessThanOrEqualTo(StreamOutbound.MAX_PAYLOAD);
            fin |= frame.has(Frame.FIN);
            rst |= frame.has(Frame.RST);
            payload.writeBytes(frame.payload());
        }
        assertThat((long) payload.size()).as("%s: within credit", where).isLessThanOrEqualTo(model.credit);
        byte[] sent = payload.toByteArray();
        if (!model.opener && sent.length > 0) {
            // OPENED comes first, and always comes
            int head = 4 + sent[3] + (sent[2] << 8);
            sent = Arrays.copyOfRange(sent, head, sent.length);
        } else if (!model.opener) {
            assertThat(model.accepted || model.refused)
                    .as("%s: OPENED is owed", where)
                    .isFalse();
        }
        byte[] written = model.written.toByteArray();
        assertThat(Arrays.mismatch(sent, 0, sent.length, written, 0, Math.min(sent.length, written.length)))
                .as("%s: what was written, in order", where)
                .isEqualTo(-1);
        if (!model.aborted && !model.refused) {
            assertThat(sent.length).as("%s: all that was written", where).isEqualTo(written.length);
        }
        assertThat(fin).as("%s: FIN", where).isEqualTo(model.finished);
        assertThat(rst).as("%s: RST", where).isEqualTo(model.aborted || model.resetInOrder || model.refused);
    }
}
