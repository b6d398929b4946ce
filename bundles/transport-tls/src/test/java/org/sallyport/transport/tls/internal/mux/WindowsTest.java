// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sallyport.spi.StreamResetException;
import org.sallyport.wire.frame.Frame;
import org.sallyport.wire.frame.FrameWriter;

/** Windows that grow with the path, and the bounds of memory. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails shows in what does not leave
class WindowsTest {
    private static final int BEGINNING = 65_536;
    private static final int PROCESS = 1_000_000;
    private static final int RTT_MILLIS = 100;

    private long most = PROCESS;
    private final ProcessMemory memory = new ProcessMemory(() -> most);
    private final MuxEnd sender = new MuxEnd(true, 1000, WindowLimits.STANDARD, new ProcessMemory(1 << 30));
    private final MuxEnd reader = new MuxEnd(false, 1000, new WindowLimits(1 << 20, 786_432), memory);

    @AfterEach
    void nothingIsHeldWhenAllIsOver() {
        sender.close();
        reader.close();
        assertThat(memory.held()).isZero();
        assertThat(memory.grown()).isZero();
        assertThat(sender.memory.held()).isZero();
    }

    // ------------------------------------------------------------------ windows

    @Test
    void streamsBeginWithTheSmallerWindowOnceBothEndsHaveAgreed() {
        MuxStreamChannel before = sender.open(new Tape());
        before.writeAndFlush(bytes(300_000));
        assertThat(payload(sender.written(), 1)).isEqualTo(262_144);

        agree();
        MuxStreamChannel after = sender.open(new Tape());
        after.writeAndFlush(bytes(300_000));
        assertThat(payload(sender.written(), 3)).isEqualTo(BEGINNING);
        assertThat(after.isWritable()).isFalse();
    }

    @Test
    void aStreamThatWasMadeBeforeBothEndsAgreedBeginsWithTheSmallerWindow() {
        MuxStreamChannel stream = new MuxStreamChannel(sender.mux, 0, StreamHead.none());
        agree();
        sender.channel.eventLoop().register(stream);
        stream.writeAndFlush(bytes(300_000));
        assertThat(payload(sender.written(), 1)).isEqualTo(BEGINNING);
        assertThat(stream.inbound().credit()).isEqualTo(BEGINNING);
    }

    @Test
    void moreThanTheSmallerWindowResetsTheStream() {
        agree();
        reader.read(Frames.data(3, Frame.SYN, BEGINNING));
        reader.written();
        reader.read(Frames.data(3, 0, 1));
        assertThat(Frames.words(reader.written())).containsExactly("WINDOW RST 3 0");
    }

    @Test
    void aWindowThatIsReadFasterThanCreditComesBackDoubles() {
        agree();
        MuxStreamChannel stream = flowing(3);
        assertThat(credit(3, BEGINNING / 2, RTT_MILLIS)).isEqualTo(BEGINNING / 2);
        assertThat(credit(3, BEGINNING / 2, RTT_MILLIS)).isEqualTo(BEGINNING / 2 + BEGINNING);
        assertThat(reader.mux.grownWindows()).isEqualTo(BEGINNING);
        assertThat(stream.isOpen()).isTrue();
    }

    @Test
    void aWindowThatIsReadSlowlyStaysAsItIs() {
        agree();
        flowing(3);
        for (int half = 0; half < 4; half++) {
            assertThat(credit(3, BEGINNING / 2, 3 * RTT_MILLIS)).isEqualTo(BEGINNING / 2);
        }
        assertThat(reader.mux.grownWindows()).isZero();
    }

    @Test
    void aWindowThatComesAllAtOnceButSeldomStaysAsItIs() {
        agree();
        flowing(3);
        for (int turn = 0; turn < 4; turn++) {
            assertThat(credit(3, BEGINNING / 2, 5 * RTT_MILLIS)).isEqualTo(BEGINNING / 2);
            assertThat(credit(3, BEGINNING / 2, 0)).isEqualTo(BEGINNING / 2);
        }
        assertThat(reader.mux.grownWindows()).isZero();
    }

    @Test
    void aWindowGrowsNoFurtherThanItMay() {
        agree();
        MuxStreamChannel stream = flowing(3);
        int window = BEGINNING;
        for (int turn = 0; turn < 14; turn++) {
            credit(3, window / 2, 1);
            assertThat(stream.inbound().window).isBetween(window, 2 * window);
            window = stream.inbound().window;
        }
        assertThat(window).isEqualTo(BEGINNING + 786_432);
        assertThat(reader.mux.grownWindows()).isEqualTo(786_432);
        assertThat(memory.grown()).isEqualTo(786_432);
    }

    @Test
    void aStreamGivesUpWhatIsBeyondItsShareWhenAnotherGrows() {
        agree();
        MuxStreamChannel first = flowing(3);
        grow(first, 14);
        assertThat(first.inbound().window).isEqualTo(BEGINNING + 786_432);

        MuxStreamChannel second = flowing(5);
        grow(second, 2);
        assertThat(second.inbound().window).describedAs("nothing is left").isEqualTo(BEGINNING);
        for (int turn = 0; turn < 40; turn++) {
            grow(first, 1);
            grow(second, 1);
        }
        assertThat(first.inbound().window).isEqualTo(BEGINNING + 786_432 / 2);
        assertThat(second.inbound().window).isEqualTo(BEGINNING + 786_432 / 2);
        assertThat(reader.mux.grownWindows()).isEqualTo(786_432);
    }

    @Test
    void aWindowThatIsReadAsFastAsTheWidestBecomesAsWide() {
        agree(1);
        MuxStreamChannel first = flowing(3);
        MuxStreamChannel second = flowing(5);
        grow(first, 3);
        int widest = first.inbound().window;
        assertThat(widest).isGreaterThan(2 * BEGINNING);
        for (int turn = 0; turn < 12; turn++) {
            credit(3, widest / 2, 5);
            credit(5, second.inbound().window / 2, 5);
        }
        assertThat(first.inbound().window).isEqualTo(widest);
        assertThat(second.inbound().window).isEqualTo(widest);
    }

    @Test
    void aWindowThatIsReadMoreSlowlyThanTheWidestStaysAsItIs() {
        agree(1);
        MuxStreamChannel first = flowing(3);
        MuxStreamChannel second = flowing(5);
        grow(first, 4);
        int widest = first.inbound().window;
        for (int turn = 0; turn < 12; turn++) {
            for (int half = 0; half < 3; half++) {
                credit(3, widest / 2, 5);
            }
            credit(5, BEGINNING / 2, 5);
        }
        assertThat(second.inbound().window).isEqualTo(BEGINNING);
    }

    @Test
    void nobodyFollowsAStreamThatHasNotGoneOnForLong() {
        agree(1);
        MuxStreamChannel first = flowing(3);
        MuxStreamChannel second = flowing(5);
        grow(first, 4);
        credit(3, first.inbound().window / 2, 5);
        credit(3, first.inbound().window / 2, 5);
        pass(reader, 2_000);
        for (int turn = 0; turn < 12; turn++) {
            credit(5, BEGINNING / 2, 4);
        }
        assertThat(second.inbound().window).isEqualTo(BEGINNING);
    }

    @Test
    void aStreamThatEndsGivesItsWindowBack() {
        agree();
        MuxStreamChannel stream = flowing(3);
        grow(stream, 4);
        assertThat(reader.mux.grownWindows()).isPositive();
        stream.close();
        assertThat(reader.mux.grownWindows()).isZero();
    }

    @Test
    void aStreamThatIsReadToItsEndAfterItsTunnelGivesItsWindowBackOnce() {
        agree();
        MuxStreamChannel stream = flowing(3);
        grow(stream, 4);
        assertThat(memory.grown()).isPositive();
        stream.config().setAutoRead(false);
        reader.read(Frames.data(3, Frame.FIN, 1_000));
        stream.shutdownOutput();
        assertThat(Frames.words(reader.written())).contains("WINDOW FIN 3 0");
        reader.channel.close();
        reader.channel.runPendingTasks();
        assertThat(stream.isOpen()).isTrue();

        stream.config().setAutoRead(true);
        reader.channel.runPendingTasks();
        stream.close();
        reader.channel.runPendingTasks();

        assertThat(memory.grown()).isZero();
    }

    @Test
    void noWindowGrowsWhenMemoryIsTight() {
        agree();
        memory.hold(PROCESS / 100 * ProcessMemory.TIGHT);
        flowing(3);
        assertThat(credit(3, BEGINNING / 2, 1)).isEqualTo(BEGINNING / 2);
        assertThat(credit(3, BEGINNING / 2, 1)).isEqualTo(BEGINNING / 2);
        memory.hold(-PROCESS / 100 * ProcessMemory.TIGHT);
    }

    // ------------------------------------------------------------------ memory

    @Test
    void whatTheReaderCannotPassOnGetsNoCredit() {
        agree();
        MuxStreamChannel stream = flowing(3);
        stream.withhold(40_000);
        reader.read(Frames.data(3, 0, BEGINNING));
        assertThat(memory.held()).isEqualTo(40_000);
        assertThat(Frames.words(reader.written())).isEmpty();

        pass(reader, 3 * RTT_MILLIS);
        stream.withhold(0);
        assertThat(credits(Frames.parse(reader.written()), 3)).isEqualTo(BEGINNING);
        assertThat(memory.held()).isZero();
    }

    @Test
    void bytesThatNobodyReadsAreHeldUntilSomebodyDoes() {
        agree();
        MuxStreamChannel stream = flowing(3);
        stream.config().setAutoRead(false);
        reader.read(Frames.data(3, 0, 10_000));
        assertThat(memory.held()).isEqualTo(10_000);
        stream.config().setAutoRead(true);
        reader.channel.runPendingTasks();
        assertThat(memory.held()).isZero();
    }

    @Test
    void bytesThatWaitForCreditAreHeldUntilItComes() {
        sender.open(new Tape());
        MuxStreamChannel stream = sender.open(new Tape());
        stream.writeAndFlush(bytes(262_144 + 5_000));
        sender.written();
        assertThat(sender.memory.held()).isEqualTo(5_000);
        sender.read(Frames.window(3, Frame.ACK, 5_000));
        sender.written();
        assertThat(sender.memory.held()).isZero();
    }

    @Test
    void aReaderThatStopsHoldsNoMoreThanTheWindow() {
        agree();
        MuxStreamChannel stream = flowing(3);
        reader.read(Frames.data(3, 0, BEGINNING / 4));
        stream.withhold(BEGINNING / 4);
        stream.config().setAutoRead(false);
        reader.read(Frames.data(3, 0, BEGINNING * 3 / 4));
        assertThat(memory.held()).isEqualTo(BEGINNING);
        assertThat(reader.written()).isEmpty();
        stream.close();
        assertThat(memory.held()).isZero();
    }

    @Test
    void noStreamBeginsWhenMemoryIsFullButATunnelIsMade() {
        memory.hold(PROCESS / 100 * ProcessMemory.FULL);
        reader.read(Frames.window(1, Frame.SYN, 0));
        reader.read(Frames.window(3, Frame.SYN, 0));
        assertThat(Frames.words(reader.written())).containsExactlyInAnyOrder("WINDOW ACK 1 0", "WINDOW RST 3 0");

        MuxStreamChannel stream = reader.open(new Tape());
        assertThat(reader.written()).isEmpty();
        assertThat(stream.isOpen()).isFalse();
        assertThatThrownBy(() -> stream.opened().sync())
                .isInstanceOf(StreamResetException.class)
                .hasMessageContaining("this process holds 900000 bytes")
                .extracting(failure -> ((StreamResetException) failure).retryable())
                .isEqualTo(true);
        memory.hold(-PROCESS / 100 * ProcessMemory.FULL);
    }

    @Test
    void beyondTheBoundTheStreamThatHasNotMovedForLongestIsReset() {
        agree();
        for (int id = 3; id <= 9; id += 2) {
            flowing(id).config().setAutoRead(false);
        }
        for (int id : new int[] {5, 3, 7, 9}) {
            reader.read(Frames.data(id, 0, 10_000));
        }
        Tape tape = Tape.of(reader.accepted.get(0));
        MuxStreamChannel moving = reader.accepted.get(1);
        moving.config().setAutoRead(true);
        reader.channel.runPendingTasks();
        moving.config().setAutoRead(false);
        reader.read(Frames.data(5, 0, 10_000));
        assertThat(memory.held()).isEqualTo(40_000);

        most = 25_000;
        tick();

        assertThat(Frames.words(reader.written())).containsExactly("WINDOW RST 3 0", "WINDOW RST 7 0");
        assertThat(memory.held()).isEqualTo(20_000);
        assertThat(memory.resets()).isEqualTo(2);
        assertThat(tape.events).contains("reset MEMORY");
        assertThat(moving.isOpen()).isTrue();
    }

    @Test
    void whileStreamsAreRefusedThoseThatHaveNotMovedForLongMakeRoom() {
        agree();
        for (int id = 3; id <= 9; id += 2) {
            flowing(id).config().setAutoRead(false);
            reader.read(Frames.data(id, 0, 10_000));
        }
        most = 44_000;
        pass(reader, 9_000);
        tick();
        MuxStreamChannel moving = reader.accepted.get(2);
        moving.config().setAutoRead(true);
        reader.channel.runPendingTasks();
        moving.config().setAutoRead(false);
        reader.read(Frames.data(7, 0, 10_000));
        assertThat(memory.resets()).isZero();
        reader.read(Frames.window(11, Frame.SYN, 0));
        assertThat(Frames.words(reader.written())).contains("WINDOW RST 11 0");

        pass(reader, 1_000);
        tick();

        assertThat(Frames.words(reader.written())).contains("WINDOW RST 3 0").doesNotContain("WINDOW RST 5 0");
        reader.read(Frames.window(13, Frame.SYN, 0));
        assertThat(Frames.words(reader.written())).contains("WINDOW ACK 13 0");
        tick();
        assertThat(memory.resets()).isEqualTo(1);
        assertThat(moving.isOpen()).isTrue();
    }

    @Test
    void theControlStreamIsNeverReset() {
        MuxStreamChannel control = flowing(1);
        control.config().setAutoRead(false);
        reader.read(Frames.data(1, 0, 10_000));
        most = 5_000;
        tick();
        assertThat(control.isOpen()).isTrue();
        assertThat(reader.written()).isEmpty();
        assertThat(memory.held()).isZero();
    }

    @Test
    void aStreamThatIsClosedWhileItGivesCreditBackTakesNothingOfTheBudget() {
        agree();
        MuxStreamChannel stream = flowing(3);
        // half of the window is read, fast, and before the credit has left the stream is closed
        stream.pipeline().addFirst(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelReadComplete(ChannelHandlerContext context) {
                stream.close();
            }
        });
        reader.read(Frames.data(3, 0, BEGINNING / 2));
        assertThat(Frames.words(reader.written())).containsExactly("WINDOW RST 3 0");
        assertThat(memory.grown()).isZero();
        assertThat(reader.mux.grownWindows()).isZero();
    }

    @Test
    void boundsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new WindowLimits(65_535, 0)).hasMessageContaining("expected at least 65536");
        assertThatThrownBy(() -> new WindowLimits(65_536, -1)).hasMessageContaining("expected 0 or more");
    }

    @Test
    void aBoundThatBecomesLessResetsNothingThatFitsBelowIt() {
        agree();
        flowing(3).config().setAutoRead(false);
        reader.read(Frames.data(3, 0, 10_000));
        most = 20_000;
        tick();
        assertThat(memory.resets()).isZero();
        assertThat(reader.accepted.get(0).isOpen()).isTrue();
    }

    // ------------------------------------------------------------------ steps

    /** A second passes at the reader. */
    private void tick() {
        reader.channel.advanceTimeBy(1, TimeUnit.SECONDS);
        reader.channel.runScheduledPendingTasks();
        reader.channel.runPendingTasks();
    }

    /** Agrees at both ends over a path with a round trip. */
    private void agree() {
        agree(RTT_MILLIS);
    }

    private void agree(int rttMillis) {
        for (MuxEnd end : List.of(sender, reader)) {
            end.mux.agreeWindows();
            assertThat(Frames.words(end.written())).contains("PING SYN 0");
            pass(end, rttMillis);
            end.read(Frames.bytes(out -> FrameWriter.ping(out, true, 0)));
        }
    }

    private static void pass(MuxEnd end, int millis) {
        end.channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    }

    /** A stream whose reader reads. */
    private MuxStreamChannel flowing(int id) {
        reader.read(Frames.window(id, Frame.SYN, 0));
        assertThat(Frames.words(reader.written())).containsExactly("WINDOW ACK " + id + " 0");
        MuxStreamChannel stream = reader.accepted.get(reader.accepted.size() - 1);
        stream.config().setAutoRead(true);
        return stream;
    }

    /** Sends bytes that are read after some time. {@return the credit that comes back} */
    private long credit(int id, int bytes, int millis) {
        pass(reader, millis);
        long credit = 0;
        for (int left = bytes; left > 0; left -= BEGINNING / 2) {
            reader.read(Frames.data(id, 0, Math.min(left, BEGINNING / 2)));
            credit += credits(Frames.parse(reader.written()), id);
        }
        return credit;
    }

    private void grow(MuxStreamChannel stream, int turns) {
        for (int turn = 0; turn < turns; turn++) {
            credit(stream.streamId(), stream.inbound().window / 2, 1);
        }
    }

    private static long credits(List<Frames.Sent> sent, int id) {
        return sent.stream()
                .filter(frame -> frame.type() == Frame.TYPE_WINDOW_UPDATE && frame.stream() == id)
                .mapToLong(Frames.Sent::length)
                .sum();
    }

    private static int payload(byte[] sent, int id) {
        return Frames.parse(sent).stream()
                .filter(frame -> frame.type() == Frame.TYPE_DATA && frame.stream() == id)
                .mapToInt(Frames.Sent::length)
                .sum();
    }

    private static ByteBuf bytes(int count) {
        return Unpooled.buffer(count).writeZero(count);
    }
}
