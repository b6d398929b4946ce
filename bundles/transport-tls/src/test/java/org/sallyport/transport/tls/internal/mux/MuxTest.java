// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.ResetMode;
import org.sallyport.spi.StreamResetException;
import org.sallyport.wire.control.Open;
import org.sallyport.wire.frame.Frame;
import org.sallyport.wire.frame.FrameWriter;
import org.sallyport.wire.frame.GoAwayCode;

@SuppressWarnings("FutureReturnValueIgnored") // what fails shows in what does not leave
class MuxTest {
    private static final int WINDOW = 262_144;

    private final MuxEnd client = new MuxEnd(true);
    private final MuxEnd server = new MuxEnd(false);

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    // ------------------------------------------------------------------ opening

    @Test
    void aStreamIsOpenedAndAcknowledged() {
        MuxStreamChannel stream = client.open(new Tape());
        byte[] syn = client.written();
        assertThat(Frames.words(syn)).containsExactly("WINDOW SYN 1 0");
        server.read(syn);
        assertThat(Frames.words(server.written())).containsExactly("WINDOW ACK 1 0");
        assertThat(stream.isActive()).isTrue();
        assertThat(server.accepted).hasSize(1);
    }

    @Test
    void openTravelsWithSynAndOpenedWithTheAnswer() {
        server.welcome = MuxOwner.Welcome.REQUEST;
        Open open = new Open("AAAAAAAAAAA_bbbbb", 3, "10.0.0.1", 4711, "10.0.0.2", 80, Map.of(), 5);
        MuxStreamChannel stream = client.mux.open(open, new Tape());
        stream.writeAndFlush(bytes(10));
        byte[] first = client.written();
        assertThat(Frames.parse(first)).hasSize(2);
        assertThat(Frames.words(first).get(0)).startsWith("DATA SYN 1 ");
        assertThat(Frames.words(first).get(1)).isEqualTo("DATA 1 10");

        server.read(first);
        assertThat(server.requests).containsExactly(open);
        server.accepted.get(0).reply(OpenReply.OK);
        MuxEnd.exchange(server, client);
        assertThat(stream.opened().getNow()).isEqualTo(OpenReply.OK);

        server.accepted.get(0).config().setAutoRead(true);
        MuxEnd.exchange(server, client);
        assertThat(Tape.of(server.accepted.get(0)).bytes.size()).isEqualTo(10);
    }

    @Test
    void anAcceptorThatComesLateIsStillToldThatTheStreamHasEnded() {
        server.welcome = MuxOwner.Welcome.REQUEST;
        server.prompt = false;
        MuxStreamChannel stream = client.mux.open(open(), new Tape());
        stream.shutdownOutput();
        MuxEnd.exchange(client, server);
        MuxStreamChannel accepted = server.accepted.get(0);

        Tape late = new Tape();
        accepted.pipeline().addLast(late);
        accepted.reply(OpenReply.OK);
        accepted.config().setAutoRead(true);
        MuxEnd.exchange(server, client);
        assertThat(late.events).containsExactly("fin");
        accepted.shutdownOutput();
        MuxEnd.exchange(server, client);
        assertThat(client.mux.openStreams() + server.mux.openStreams()).isZero();
        assertThat(accepted.isOpen()).isFalse();
    }

    @Test
    void earlyPayloadIsBoundedUntilTheAnswer() {
        server.welcome = MuxOwner.Welcome.REQUEST;
        MuxStreamChannel stream = client.mux.open(open(), new Tape());
        assertThat(stream.credit()).isEqualTo(32_768);
        stream.writeAndFlush(bytes(50_000));
        assertThat(stream.credit()).isZero();
        client.channel.runPendingTasks();
        assertThat(stream.isWritable()).isFalse();
        byte[] sent = client.written();
        assertThat(payload(sent, 1) - head(sent)).isEqualTo(32_768);

        server.read(sent);
        server.accepted.get(0).reply(OpenReply.OK);
        client.read(server.written());
        assertThat(payload(client.written(), 1)).isEqualTo(50_000 - 32_768);
        assertThat(stream.isWritable()).isTrue();
    }

    @Test
    void aRefusalEndsTheStreamInOneFrameAndIsNoException() {
        server.welcome = MuxOwner.Welcome.REQUEST;
        Tape tape = new Tape();
        MuxStreamChannel stream = client.mux.open(open(), tape);
        server.read(client.written());
        server.accepted.get(0).reply(new OpenReply(OpenCode.TIMED_OUT, "too slow"));
        byte[] answer = server.written();
        assertThat(Frames.words(answer)).hasSize(2).first().isEqualTo("WINDOW ACK 1 0");
        assertThat(Frames.words(answer).get(1)).startsWith("DATA RST 1 ");
        client.read(answer);

        assertThat(stream.opened().getNow()).isEqualTo(new OpenReply(OpenCode.TIMED_OUT, "too slow"));
        assertThat(tape.events).containsExactly("inactive");
        assertThat(client.mux.openStreams() + server.mux.openStreams()).isZero();
    }

    @Test
    void theTwoHundredFiftySeventhOpenWaitsForAnAcknowledgement() {
        for (int each = 0; each < 300; each++) {
            client.open(new Tape());
        }
        byte[] first = client.written();
        assertThat(Frames.parse(first)).hasSize(256);
        client.read(Frames.window(5, Frame.ACK, 0));
        client.read(Frames.window(1, Frame.ACK, 0));
        client.read(Frames.window(1, Frame.ACK, 0));

        assertThat(Frames.words(client.written())).containsExactly("WINDOW SYN 513 0", "WINDOW SYN 515 0");
    }

    @Test
    void moreUnacknowledgedOpensThanAllowedAreRefusedAndTheTunnelStays() {
        server.full(true);
        for (int id = 1; id < 2 * 300; id += 2) {
            server.read(Frames.window(id, Frame.SYN, 0));
        }
        server.full(false);
        List<Frames.Sent> sent = Frames.parse(server.written());

        assertThat(sent.stream().filter(frame -> frame.has(Frame.ACK))).hasSize(256);
        assertThat(sent.stream().filter(frame -> frame.has(Frame.RST))).hasSize(44);
        assertThat(server.channel.isOpen()).isTrue();
    }

    @Test
    void aStreamThatIsTakenBackBeforeItsSynLeftLeavesNoTrace() {
        MuxStreamChannel stream = client.open(new Tape());
        stream.close();

        assertThat(client.written()).isEmpty();
        assertThat(client.mux.openStreams()).isZero();
    }

    @Test
    void anOpenThatIsNoneResetsItsStreamOnly() {
        server.welcome = MuxOwner.Welcome.REQUEST;
        server.read(Frames.data(1, Frame.SYN, 20));
        server.read(Frames.window(3, Frame.SYN, 0));

        assertThat(Frames.words(server.written())).containsExactly("WINDOW ACK RST 1 0", "WINDOW ACK 3 0");
        assertThat(server.channel.isOpen()).isTrue();
    }

    // ------------------------------------------------------------------ credit

    @Test
    void noMoreThanTheCreditLeaves() {
        MuxStreamChannel stream = client.open(new Tape());
        stream.writeAndFlush(bytes(WINDOW + 1000));
        byte[] sent = client.written();
        assertThat(payload(sent, 1)).isEqualTo(WINDOW);
        assertThat(stream.isWritable()).isFalse();
        client.read(Frames.window(1, Frame.ACK, 600));
        assertThat(payload(client.written(), 1)).isEqualTo(600);
        client.read(Frames.window(1, 0, 1000));
        assertThat(payload(client.written(), 1)).isEqualTo(400);
        assertThat(stream.credit()).isEqualTo(600);
    }

    @Test
    void creditIsGivenBackInHalvesOfTheWindowForWhatWasRead() {
        server.read(Frames.data(1, Frame.SYN, 100_000));
        server.written();
        server.accepted.get(0).config().setAutoRead(true);
        assertThat(server.written()).isEmpty();
        server.read(Frames.data(1, 0, 50_000));

        assertThat(Frames.words(server.written())).containsExactly("WINDOW 1 150000");
    }

    @Test
    void aReaderThatPausesKeepsItsCredit() {
        server.read(Frames.data(1, Frame.SYN, WINDOW));
        assertThat(Frames.words(server.written())).containsExactly("WINDOW ACK 1 0");
        Tape tape = Tape.of(server.accepted.get(0));
        assertThat(tape.events).isEmpty();

        server.accepted.get(0).read();
        server.channel.runPendingTasks();
        assertThat(tape.events).containsExactly("read " + WINDOW, "complete");
    }

    @Test
    void whoSendsBeyondItsCreditIsResetAndTheTunnelStays() {
        server.read(Frames.data(1, Frame.SYN, WINDOW));
        server.written();
        server.read(Frames.data(1, 0, 1));
        server.read(Frames.window(3, Frame.SYN, 0));

        assertThat(Frames.words(server.written())).containsExactly("WINDOW RST 1 0", "WINDOW ACK 3 0");
    }

    @Test
    void creditBeyondWhatAWindowCanBeResetsTheStream() {
        MuxStreamChannel stream = client.open(new Tape());
        client.written();
        client.read(Frames.window(1, Frame.ACK, -1));

        assertThat(Frames.words(client.written())).containsExactly("WINDOW RST 1 0");
        assertThat(stream.isOpen()).isFalse();
    }

    // ------------------------------------------------------------------ ends

    @Test
    void finLeavesAfterWhatWasWrittenHoweverLongCreditTakes() {
        MuxStreamChannel stream = client.open(new Tape());
        stream.write(bytes(WINDOW + 10));
        ChannelFuture fin = stream.shutdownOutput();
        assertThat(Frames.words(client.written())).noneMatch(frame -> frame.contains("FIN"));
        assertThat(stream.writeAndFlush(bytes(1)).isSuccess()).isFalse();
        client.read(Frames.window(1, Frame.ACK, 10));

        assertThat(Frames.words(client.written())).containsExactly("DATA 1 10", "WINDOW FIN 1 0");
        assertThat(fin.isSuccess()).isTrue();
        assertThat(stream.isActive()).isTrue();
    }

    @Test
    void aStreamEndsWhenFinWentBothWaysAndAllWasRead() {
        Tape tape = new Tape();
        MuxStreamChannel stream = client.open(tape);
        stream.shutdownOutput();
        MuxEnd.exchange(client, server);
        MuxStreamChannel other = server.accepted.get(0);
        assertThat(Tape.of(other).events).containsExactly("fin");
        other.writeAndFlush(bytes(5));
        other.shutdownOutput();
        MuxEnd.exchange(server, client);

        assertThat(tape.events).containsExactly("read 5", "complete", "fin", "inactive");
        assertThat(client.mux.openStreams() + server.mux.openStreams()).isZero();
    }

    @Test
    void closeAfterFinWasReceivedWaitsForWhatIsQueued() {
        MuxStreamChannel stream = client.open(new Tape());
        client.written();
        client.read(Frames.window(1, Frame.ACK | Frame.FIN, 0));
        stream.writeAndFlush(bytes(WINDOW + 10));
        stream.shutdownOutput();
        ChannelFuture closed = stream.close();
        assertThat(payload(client.written(), 1)).isEqualTo(WINDOW);
        assertThat(closed.isDone()).isFalse();
        client.read(Frames.window(1, 0, 10));

        assertThat(Frames.words(client.written())).containsExactly("DATA 1 10", "WINDOW FIN 1 0");
        assertThat(closed.isSuccess()).isTrue();
    }

    @Test
    void anAbortDropsWhatIsQueuedButNeverOpened() {
        server.welcome = MuxOwner.Welcome.REQUEST;
        client.mux.open(open(), new Tape());
        server.full(true);
        server.read(client.written());
        MuxStreamChannel stream = server.accepted.get(0);
        stream.reply(OpenReply.OK);
        stream.writeAndFlush(bytes(1000));
        stream.reset(ResetMode.ABORT);
        server.full(false);

        List<String> words = Frames.words(server.written());
        assertThat(words).hasSize(2);
        assertThat(words.get(0)).startsWith("DATA ACK 1 ");
        assertThat(words.get(1)).isEqualTo("WINDOW RST 1 0");
    }

    @Test
    void aResetInOrderLeavesAfterWhatIsQueued() {
        MuxStreamChannel stream = client.open(new Tape());
        stream.writeAndFlush(bytes(WINDOW + 10));
        client.written();
        stream.reset(ResetMode.IN_ORDER);
        assertThat(client.written()).isEmpty();
        client.read(Frames.window(1, Frame.ACK, 10));

        assertThat(Frames.words(client.written())).containsExactly("DATA 1 10", "WINDOW RST 1 0");
        assertThat(stream.isOpen()).isFalse();
    }

    @Test
    void aResetInOrderWaitsFiveSecondsAtMost() {
        MuxStreamChannel stream = client.open(new Tape());
        stream.writeAndFlush(bytes(WINDOW + 10));
        client.written();
        stream.reset(ResetMode.IN_ORDER);
        client.channel.advanceTimeBy(5, TimeUnit.SECONDS);
        client.channel.runScheduledPendingTasks();

        assertThat(Frames.words(client.written())).containsExactly("WINDOW RST 1 0");
        assertThat(stream.isOpen()).isFalse();
    }

    @Test
    void aResetOfThePeerComesAfterTheDataBeforeIt() {
        Tape tape = new Tape();
        MuxStreamChannel stream = client.open(tape);
        client.written();
        stream.config().setAutoRead(false);
        client.read(Frames.data(1, Frame.ACK, 7));
        client.read(Frames.window(1, Frame.RST, 0));
        assertThat(tape.events).isEmpty();
        stream.config().setAutoRead(true);
        client.channel.runPendingTasks();

        assertThat(tape.events).containsExactly("read 7", "complete", "reset RESET", "inactive");
    }

    @Test
    void aReaderThatPausesHearsOfAResetAfterFiveSeconds() {
        Tape tape = new Tape();
        MuxStreamChannel stream = client.open(tape);
        client.written();
        stream.config().setAutoRead(false);
        client.read(Frames.data(1, Frame.ACK | Frame.RST, 7));
        client.channel.advanceTimeBy(5, TimeUnit.SECONDS);
        client.channel.runScheduledPendingTasks();
        client.channel.runPendingTasks();

        assertThat(tape.events).containsExactly("reset RESET", "inactive");
    }

    @Test
    void aResetBeforeTheAnswerPromisesThatNothingReachedTheResource() {
        MuxStreamChannel stream = client.mux.open(open(), new Tape());
        stream.writeAndFlush(bytes(10));
        client.written();
        client.read(Frames.window(1, Frame.RST, 0));

        assertThat(kind(stream)).isEqualTo(StreamResetException.Kind.REFUSED);
    }

    @Test
    void theLossOfTheTunnelIsCleanForStreamsThatSentNothing() {
        MuxStreamChannel silent = client.mux.open(open(), new Tape());
        MuxStreamChannel talking = client.mux.open(open(), new Tape());
        talking.writeAndFlush(bytes(10));
        client.written();
        client.channel.close();
        client.channel.runPendingTasks();

        assertThat(kind(silent)).isEqualTo(StreamResetException.Kind.TUNNEL_LOST_CLEAN);
        assertThat(kind(talking)).isEqualTo(StreamResetException.Kind.TUNNEL_LOST);
        assertThat(client.closed).isEqualTo("the connection was closed by the other end");
        assertThat(kind(client.mux.open(open(), new Tape()))).isEqualTo(StreamResetException.Kind.REFUSED);
    }

    @Test
    void dataForAStreamThatIsOverIsSkippedAsFarAsItsWindow() {
        server.read(Frames.window(1, Frame.SYN, 0));
        server.accepted.get(0).reset(ResetMode.ABORT);
        server.written();
        server.read(Frames.data(1, 0, WINDOW));
        assertThat(server.channel.isOpen()).isTrue();
        server.read(Frames.data(1, 0, 1));

        assertThat(Frames.words(server.written())).containsExactly("AWAY 1");
        assertThat(server.channel.isOpen()).isFalse();
    }

    // ------------------------------------------------------------------ the connection

    @Test
    void aFrameForAStreamThatWasNeverOpenedHereClosesTheTunnel() {
        client.open(new Tape());
        client.written();
        client.read(Frames.window(3, 0, 1));

        assertThat(Frames.words(client.written())).containsExactly("AWAY 1");
        assertThat(client.channel.isOpen()).isFalse();
        client.channel.runPendingTasks();
        assertThat(client.closed).contains("stream 3, which was never opened here");
    }

    @Test
    void pingIsAnswered() {
        server.read(Frames.bytes(out -> FrameWriter.ping(out, false, 77)));

        assertThat(Frames.words(server.written())).containsExactly("PING ACK 77");
    }

    @Test
    void aPeerThatIsSilentIsAskedThenGivenUp() {
        tick(client, 4);
        assertThat(Frames.words(client.written())).containsExactly("PING SYN 0");
        tick(client, 7);
        assertThat(client.channel.isOpen()).isTrue();
        tick(client, 1);
        assertThat(client.channel.isOpen()).isFalse();
        client.channel.runPendingTasks();
        assertThat(client.closed).isEqualTo("nothing was heard from the other end for 12 s");
    }

    @Test
    void patienceWithASilentPeerIsWhatItsLimitsSay() {
        try (MuxEnd hasty = new MuxEnd(true, new TunnelLimits(10, 10, Duration.ofSeconds(1), Duration.ofSeconds(3)))) {
            tick(hasty, 1);
            assertThat(Frames.words(hasty.written())).containsExactly("PING SYN 0");
            tick(hasty, 2);
            assertThat(hasty.channel.isOpen()).isFalse();
        }
    }

    @Test
    void anyByteIsASignOfLife() {
        for (int second = 0; second < 40; second += 3) {
            tick(client, 3);
            client.read(Frames.bytes(out -> FrameWriter.ping(out, false, 1)));
        }
        assertThat(client.channel.isOpen()).isTrue();
    }

    @Test
    void theRoundTripIsMeasuredWhileBytesCome() {
        for (int second = 0; second < 6; second++) {
            tick(client, 1);
            client.read(Frames.bytes(out -> FrameWriter.ping(out, false, 1)));
        }
        assertThat(Frames.words(client.written())).containsOnlyOnce("PING SYN 0");
    }

    @Test
    void aProcessThatWasItselfStoppedCountsAnew() {
        tick(client, 2);
        client.channel.advanceTimeBy(20, TimeUnit.SECONDS);
        client.channel.runScheduledPendingTasks();
        assertThat(client.channel.isOpen()).isTrue();
        tick(client, 11);
        assertThat(client.channel.isOpen()).isTrue();
        tick(client, 1);
        assertThat(client.channel.isOpen()).isFalse();
    }

    @Test
    void afterGoAwayNewStreamsAreRefusedAndOpenOnesGoOn() {
        MuxStreamChannel before = client.open(new Tape());
        MuxEnd.exchange(client, server);
        server.mux.goAway();
        MuxStreamChannel crossing = client.open(new Tape());
        byte[] syn = client.written();
        client.read(server.written());
        server.read(syn);
        client.read(server.written());

        assertThat(client.goneAway).isTrue();
        assertThat(client.mux.usable()).isFalse();
        assertThat(crossing.isOpen()).isFalse();
        before.writeAndFlush(bytes(5));
        server.accepted.get(0).config().setAutoRead(true);
        MuxEnd.exchange(client, server);
        assertThat(Tape.of(server.accepted.get(0)).bytes.size()).isEqualTo(5);
    }

    @Test
    void opensThatWaitForAnAcknowledgementAreTakenBackWhenThisEndGoesAway() {
        List<MuxStreamChannel> asked = new ArrayList<>();
        client.open(new Tape());
        for (int each = 0; each < 300; each++) {
            asked.add(client.mux.open(open(), new Tape()));
        }
        MuxStreamChannel last = asked.get(299);
        last.writeAndFlush(bytes(10));
        client.written();
        client.mux.goAway();
        client.channel.runPendingTasks();
        assertThat(kind(last)).isEqualTo(StreamResetException.Kind.TUNNEL_LOST_CLEAN);
        assertThat(client.mux.openStreams()).isEqualTo(255);

        client.read(Frames.window(3, Frame.ACK, 0));
        assertThat(Frames.words(client.written())).containsExactly("AWAY 0");
        assertThat(asked.get(254).isOpen()).isTrue();
    }

    @Test
    void theControlStreamIsOpenedThoughThisEndGoesAway() {
        client.open(new Tape());
        client.open(new Tape());
        client.mux.goAway();

        assertThat(Frames.words(client.written())).containsExactly("AWAY 0", "WINDOW SYN 1 0");
    }

    @Test
    void floodsOfUselessFramesCloseTheTunnelAndFewDoNot() {
        server.read(Frames.window(1, Frame.SYN, 0));
        byte[] thousand = Frames.bytes(out -> IntStream.range(0, 1000).forEach(i -> FrameWriter.data(out, 1, 0, 0)));
        for (int round = 0; round < 10; round++) {
            server.read(thousand);
        }
        assertThat(server.channel.isOpen()).isTrue();
        server.channel.advanceTimeBy(11, TimeUnit.SECONDS);
        for (int round = 0; round < 10; round++) {
            server.read(thousand);
        }
        assertThat(server.channel.isOpen()).isTrue();
        server.read(thousand);
        assertThat(server.channel.isOpen()).isFalse();
    }

    @Test
    void refusedStreamsAreNoFlood() {
        server.welcome = MuxOwner.Welcome.REFUSE;
        for (int each = 0; each < 20_000; each++) {
            client.open(new Tape());
            if (each % 100 == 0) {
                MuxEnd.exchange(client, server);
            }
        }
        MuxEnd.exchange(client, server);
        assertThat(client.channel.isOpen() && server.channel.isOpen()).isTrue();
        assertThat(client.mux.openStreams()).isZero();
    }

    @Test
    void goAwayWithAnErrorIsTheReason() {
        client.read(Frames.bytes(out -> FrameWriter.goAway(out, GoAwayCode.INTERNAL_ERROR)));
        client.channel.close();
        client.channel.runPendingTasks();

        assertThat(client.closed).isEqualTo("the other end gave up: INTERNAL_ERROR");
    }

    // ------------------------------------------------------------------ order

    @Test
    void whatIsUrgentLeavesFirstThenOpensThenStreamsInTurn() {
        client.mux.openRaw(new Tape());
        MuxStreamChannel bulk = client.open(new Tape());
        MuxStreamChannel small = client.open(new Tape());
        client.written();
        client.full(true);
        for (int each = 0; each < 3; each++) {
            bulk.writeAndFlush(bytes(65_000));
        }
        small.writeAndFlush(bytes(64));
        client.open(new Tape());
        client.open(new Tape());
        client.read(Frames.bytes(out -> FrameWriter.ping(out, false, 9)));
        client.channel.runPendingTasks();
        client.full(false);

        assertThat(Frames.words(client.written()))
                .containsExactly(
                        "PING ACK 9",
                        "WINDOW SYN 7 0",
                        "WINDOW SYN 9 0",
                        "DATA 3 65000",
                        "DATA 3 65000",
                        "DATA 5 64",
                        "DATA 3 65000");
    }

    @Test
    void twoStreamsShareByBytesWhateverTheSizeOfTheirFrames() {
        client.mux.openRaw(new Tape());
        MuxStreamChannel large = client.open(new Tape());
        MuxStreamChannel small = client.open(new Tape());
        client.written();
        client.full(true);
        for (int each = 0; each < 4; each++) {
            large.writeAndFlush(bytes(60_000));
        }
        for (int each = 0; each < 240; each++) {
            small.writeAndFlush(bytes(1000));
        }
        client.full(false);
        List<Frames.Sent> sent = Frames.parse(client.written());

        int lead = 0;
        for (Frames.Sent frame : sent) {
            lead += frame.stream() == 3 ? frame.length() : frame.stream() == 5 ? -frame.length() : 0;
            assertThat(Math.abs(lead)).isLessThanOrEqualTo(2 * StreamScheduler.QUANTUM);
        }
        assertThat(lead).isZero();
    }

    @Test
    void headerAndPayloadOfALargeWriteLeaveInOneBufferAndSmallOnesAreGathered() {
        MuxStreamChannel stream = client.open(new Tape());
        client.written();
        ByteBuf large = client.channel.alloc().directBuffer(20_012);
        large.writeZero(20_012).readerIndex(stream.headroom());
        long address = large.hasMemoryAddress() ? large.memoryAddress() : 0;
        stream.write(large);
        for (int each = 0; each < 10; each++) {
            stream.write(bytes(100));
        }
        stream.flush();
        client.channel.runPendingTasks();

        ByteBuf first = client.channel.readOutbound();
        assertThat(first.readableBytes()).isEqualTo(20_012);
        assertThat(first.hasMemoryAddress() ? first.memoryAddress() : 0).isEqualTo(address);
        first.release();
        ByteBuf second = client.channel.readOutbound();
        assertThat(second.readableBytes()).isEqualTo(10 * 112);
        second.release();
        assertThat(client.channel.<ByteBuf>readOutbound()).isNull();
    }

    // ------------------------------------------------------------------

    private static void tick(MuxEnd end, int seconds) {
        for (int each = 0; each < seconds; each++) {
            end.channel.advanceTimeBy(1, TimeUnit.SECONDS);
            end.channel.runScheduledPendingTasks();
        }
    }

    private static ByteBuf bytes(int count) {
        return Unpooled.buffer(count).writeZero(count);
    }

    private static Open open() {
        return new Open("AAAAAAAAAAA_bbbbb", 1, "", 0, "", 0, Map.of(), 0);
    }

    private static int payload(byte[] sent, int stream) {
        return Frames.parse(sent).stream()
                .filter(frame -> frame.stream() == stream && frame.type() == Frame.TYPE_DATA)
                .mapToInt(Frames.Sent::length)
                .sum();
    }

    private static int head(byte[] sent) {
        return Frames.parse(sent).get(0).length();
    }

    private static StreamResetException.Kind kind(MuxStreamChannel stream) {
        return ((StreamResetException) stream.opened().cause()).kind();
    }
}
