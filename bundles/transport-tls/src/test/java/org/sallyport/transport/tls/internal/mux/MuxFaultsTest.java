// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.StreamResetException;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.ControlViolation;
import org.sallyport.wire.control.Open;
import org.sallyport.wire.control.Opened;
import org.sallyport.wire.control.StreamMessages;
import org.sallyport.wire.frame.Frame;
import org.sallyport.wire.frame.FrameWriter;

/** What goes wrong with one stream stays with it, and nothing it held is lost. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails shows in what does not leave
class MuxFaultsTest {
    private static final Open OPEN = new Open("AAAAAAAAAAA_bbbbb", 1, "", 0, "", 0, Map.of(), 0);

    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    private final MuxEnd client = new MuxEnd(true);
    private final MuxEnd server = new MuxEnd(false);

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void anAcceptorThatThrowsCostsItsStreamOnly() {
        server.welcome = MuxOwner.Welcome.REQUEST;
        server.fault = new IllegalStateException("an acceptor with a mistake");
        ByteBuf open = openWithPayload(1);
        server.channel.writeInbound(open);
        assertThat(open.refCnt()).isZero();
        assertThat(Frames.words(server.written())).containsExactly("WINDOW ACK RST 1 0");

        server.fault = null;
        server.channel.writeInbound(openWithPayload(3));
        assertThat(server.requests).containsExactly(OPEN);
        assertThat(server.channel.isOpen()).isTrue();
    }

    @Test
    void whatThePeerBreaksWhereNobodyHearsItFillsNoLog() {
        PrintStream standard = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            server.prompt = false;
            server.welcome = MuxOwner.Welcome.REQUEST;
            server.read(openFrame(Frame.SYN));
            assertThat(server.accepted.get(0).pipeline().names())
                    .as("only what every pipeline ends with")
                    .hasSize(1);
            server.read(Frames.window(1, Frame.RST, 0));
            assertThat(server.accepted.get(0).isOpen()).isFalse();
            server.accepted.get(0).pipeline().fireExceptionCaught(new IllegalStateException("a mistake of ours"));
        } finally {
            System.setErr(standard);
        }
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("a mistake of ours")
                .doesNotContain("StreamResetException");
    }

    @Test
    void anAnswerToAStreamThatThePeerResetTakesNoMemory() {
        server.welcome = MuxOwner.Welcome.REQUEST;
        server.read(openFrame(Frame.SYN));
        MuxStreamChannel stream = server.accepted.get(0);
        stream.config().setAllocator(memory);
        server.written();
        // payload that nobody reads keeps the stream open after the reset
        server.read(Frames.data(1, 0, 7));
        server.read(Frames.window(1, Frame.RST, 0));
        assertThat(stream.isOpen()).isTrue();

        long before = memory.metric().usedDirectMemory();
        stream.reply(OpenReply.OK);
        assertThat(memory.metric().usedDirectMemory()).isEqualTo(before);
        assertThat(Frames.words(server.written())).isEmpty();
    }

    @Test
    void aMessageForAStreamThatHasEndedIsReleased() {
        MuxStreamChannel stream = client.open(new Tape());
        client.written();
        client.read(Frames.window(1, Frame.RST, 0));
        ByteBuf message = Unpooled.buffer(8).writeZero(8);
        stream.outbound().head(message, false);

        assertThat(message.refCnt()).isZero();
    }

    @Test
    void aRefusalThatDoesNotEndItsStreamIsAnsweredWithReset() throws Exception {
        MuxStreamChannel stream = client.mux.open(OPEN, new Tape());
        client.written();
        client.read(openedFrame(Frame.ACK));
        assertThat(stream.opened().getNow().code()).isEqualTo(OpenCode.CONNECTION_REFUSED);
        assertThat(stream.isOpen()).isFalse();
        assertThat(Frames.words(client.written())).containsExactly("WINDOW RST 1 0");

        client.read(Frames.data(1, 0, 200_000));
        assertThat(client.channel.isOpen()).isTrue();
        assertThat(client.written()).isEmpty();
    }

    @Test
    void aRefusalThatEndsItsStreamIsNotAnswered() throws Exception {
        MuxStreamChannel stream = client.mux.open(OPEN, new Tape());
        client.written();
        client.read(openedFrame(Frame.ACK | Frame.RST));
        assertThat(stream.opened().getNow().code()).isEqualTo(OpenCode.CONNECTION_REFUSED);
        assertThat(stream.isOpen()).isFalse();
        assertThat(client.mux.openStreams()).isZero();
        assertThat(client.written()).isEmpty();
    }

    @Test
    void anAnswerToAStreamThatIsStillHeldBackEndsTheConnection() {
        for (int each = 0; each <= TunnelProtocol.MAX_UNACKNOWLEDGED_OPENS; each++) {
            client.open(new Tape());
        }
        client.written();
        client.read(Frames.window(2 * TunnelProtocol.MAX_UNACKNOWLEDGED_OPENS + 1, Frame.ACK, 0));

        assertThat(Frames.words(client.written())).containsExactly("AWAY 1");
        assertThat(client.channel.isOpen()).isFalse();
    }

    private static byte[] openedFrame(int flags) throws ControlViolation {
        ByteBuf message = Unpooled.buffer();
        StreamMessages.write(new Opened(OpenCode.CONNECTION_REFUSED.number(), "nobody listens"), message);
        return Frames.bytes(out -> {
            FrameWriter.data(out, 1, flags, message.readableBytes());
            out.writeBytes(message);
        });
    }

    @Test
    void theLossOfTheTunnelIsNotCleanForAStreamThatSentItsEnd() {
        MuxStreamChannel ended = client.mux.open(OPEN, new Tape());
        ended.shutdownOutput();
        assertThat(Frames.words(client.written())).endsWith("WINDOW FIN 1 0");
        client.channel.close();
        client.channel.runPendingTasks();

        assertThat(((StreamResetException) ended.opened().cause()).kind())
                .isEqualTo(StreamResetException.Kind.TUNNEL_LOST);
    }

    @Test
    void whatThePeerHadSentWhenAllStreamsWereGivenUpIsNoBreach() {
        server.read(Frames.window(3, Frame.SYN, 0));
        server.read(Frames.data(3, 0, 1_000));
        server.mux.loseStreams("told to");
        server.written();

        server.read(Frames.data(3, 0, 200_000));
        server.read(Frames.data(3, Frame.FIN, 0));

        assertThat(server.channel.isOpen()).isTrue();
        assertThat(server.written()).isEmpty();
    }

    @Test
    void connectionsThatNobodyWaitsForAreNotKeptForAPeerThatAcknowledgesNothing() {
        for (int i = 0; i < 2_000; i++) {
            MuxStreamChannel stream = client.mux.open(OPEN, new Tape());
            client.written();
            stream.close();
        }
        assertThat(client.mux.unsentOpens()).isLessThan(200);
    }

    @Test
    void whoStopsAfterTheConnectionIsLostTakesNoMemory() {
        server.channel.config().setAllocator(memory);
        server.channel.close();
        server.channel.runPendingTasks();
        server.mux.goAway();
        server.channel.runPendingTasks();

        assertThat(memory.metric().usedDirectMemory()).isZero();
    }

    @Test
    void whatCameBehindTheBytesThatEndedTheConnectionIsNotHeard() {
        server.channel.config().setAllocator(memory);
        server.read(Frames.window(1, Frame.SYN, 0));
        MuxStreamChannel stream = server.accepted.get(0);
        stream.pipeline().addFirst(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ((ByteBuf) message).release();
                server.channel.close();
                // the end is told while the rest is still being read
                server.channel.runPendingTasks();
            }
        });
        stream.config().setAutoRead(true);
        server.written();
        server.read(Frames.bytes(out -> {
            out.writeBytes(Frames.data(1, 0, 1)).writeBytes(Frames.window(3, Frame.SYN, 0));
            FrameWriter.ping(out, false, 7);
        }));

        assertThat(server.accepted).containsExactly(stream);
        assertThat(server.mux.openStreams()).isZero();
        assertThat(server.closed).isNotNull();
        assertThat(memory.metric().usedDirectMemory()).isZero();
    }

    @Test
    void theLossOfTheTunnelIsToldAtOnceThoughAReaderPauses() {
        Tape tape = new Tape();
        MuxStreamChannel paused = client.open(tape);
        client.written();
        paused.config().setAutoRead(false);
        client.read(Frames.data(1, Frame.ACK, 7));
        client.channel.close();
        client.channel.runPendingTasks();

        assertThat(tape.events).containsExactly("reset TUNNEL_LOST", "inactive");
        assertThat(client.closed).isEqualTo("the connection was closed by the other end");
        assertThat(client.over).isTrue();
    }

    @Test
    void theLossOfTheTunnelIsToldAtOnceThoughAReaderHasYetToHearOfAReset() {
        Tape tape = new Tape();
        MuxStreamChannel paused = client.open(tape);
        client.written();
        paused.config().setAutoRead(false);
        client.read(Frames.data(1, Frame.ACK | Frame.RST, 7));
        client.channel.close();
        client.channel.runPendingTasks();

        assertThat(client.closed).isEqualTo("the connection was closed by the other end");
        assertThat(client.over).isFalse();
        paused.config().setAutoRead(true);
        client.channel.runPendingTasks();
        assertThat(tape.events).containsExactly("read 7", "complete", "reset RESET", "inactive");
        assertThat(client.over).isTrue();
    }

    @Test
    void whatCameToItsEndIsReadAfterTheTunnelIsGone() {
        Tape tape = new Tape();
        MuxStreamChannel paused = client.open(tape);
        paused.config().setAutoRead(false);
        paused.shutdownOutput();
        client.written();
        client.read(Frames.data(1, Frame.ACK | Frame.FIN, 7));
        client.channel.close();
        client.channel.runPendingTasks();
        assertThat(client.closed).isEqualTo("the connection was closed by the other end");
        assertThat(client.over).isFalse();

        paused.config().setAutoRead(true);
        client.channel.runPendingTasks();
        assertThat(tape.events).containsExactly("read 7", "complete", "fin", "inactive");
        assertThat(client.over).isTrue();
    }

    @Test
    void whatNobodyReadsAfterTheTunnelIsGoneGivesWayWhenMemoryIsShort() {
        ProcessMemory process = new ProcessMemory(10_000);
        MuxEnd client = new MuxEnd(true, 1000, WindowLimits.STANDARD, process);
        client.open(new Tape()); // the control stream, of which no memory is taken
        MuxStreamChannel paused = client.open(new Tape());
        paused.config().setAutoRead(false);
        paused.shutdownOutput();
        client.written();
        client.read(Frames.data(3, Frame.ACK | Frame.FIN, 7000));
        client.channel.close();
        client.channel.runPendingTasks();
        assertThat(process.held()).isEqualTo(7000);

        process.hold(4000);
        client.channel.runPendingTasks();
        assertThat(paused.isOpen()).isFalse();
        process.hold(-4000);
        assertThat(process.held()).isZero();
        assertThat(client.over).isTrue();
    }

    @Test
    void bytesThatComeOneByOneAndWaitTakeLittleMoreThanTheirNumber() throws Exception {
        server.read(Frames.window(1, Frame.SYN, 0));
        MuxStreamChannel stream = server.accepted.get(0);
        stream.config().setAllocator(memory);
        server.written();
        byte[] sent = new byte[20_000];
        new Random(7).nextBytes(sent);
        for (int i = 0; i < sent.length; i++) {
            // each in a buffer of its own, as a TLS record would come
            ByteBuf frame = memory.directBuffer(16_384);
            FrameWriter.data(frame, 1, 0, 1);
            server.channel.writeInbound(frame.writeByte(sent[i]));
            assertThat(memory.metric().usedDirectMemory()).isLessThanOrEqualTo(Math.max(1024, 4L * i));
        }

        stream.config().setAutoRead(true);
        server.channel.runPendingTasks();
        assertThat(Tape.of(stream).bytes.toByteArray()).isEqualTo(sent);
        assertThat(memory.metric().usedDirectMemory()).isZero();
    }

    @Test
    void aPieceOfALargeBufferDoesNotKeepAllOfItWhileItWaits() {
        server.read(Frames.window(1, Frame.SYN, 0));
        MuxStreamChannel stream = server.accepted.get(0);
        stream.config().setAllocator(memory);
        server.channel.writeInbound(memory.directBuffer(131_072).writeBytes(Frames.data(1, 0, 5_000)));
        server.channel.writeInbound(memory.directBuffer(16_384).writeBytes(Frames.data(1, 0, 10_000)));
        server.channel.writeInbound(memory.directBuffer(16_384).writeBytes(Frames.data(1, 0, 1)));
        assertThat(memory.metric().usedDirectMemory()).isLessThan(45_000);

        stream.config().setAutoRead(true);
        server.channel.runPendingTasks();
        assertThat(Tape.of(stream).events).contains("read 5000", "read 10000", "read 1");
        assertThat(memory.metric().usedDirectMemory()).isZero();
    }

    @Test
    void whatWasHandedOutIsNotWrittenInto() {
        server.read(Frames.window(1, Frame.SYN, 0));
        MuxStreamChannel stream = server.accepted.get(0);
        server.read(Frames.data(1, 0, 3));
        stream.read();
        server.channel.runPendingTasks();
        server.read(Frames.data(1, 0, 4));
        stream.read();
        server.channel.runPendingTasks();
        assertThat(Tape.of(stream).events).containsSubsequence("read 3", "read 4");
    }

    @Test
    void moreEarlyPayloadThanAgreedResetsTheStreamAndNoOther() {
        server.welcome = MuxOwner.Welcome.REQUEST;
        server.read(openFrame(Frame.SYN));
        server.read(Frames.data(1, 0, 32_768));
        Tape tape = Tape.of(server.accepted.get(0));
        assertThat(Frames.words(server.written())).containsExactly("WINDOW ACK 1 0");

        server.read(Frames.data(1, 0, 1));
        assertThat(Frames.words(server.written())).containsExactly("WINDOW RST 1 0");
        assertThat(tape.events).contains("inactive");
        assertThat(server.channel.isOpen()).isTrue();
    }

    @Test
    void afterTheAnswerTheWholeWindowMayBeSent() {
        server.welcome = MuxOwner.Welcome.REQUEST;
        server.read(openFrame(Frame.SYN));
        server.read(Frames.data(1, 0, 32_768));
        server.accepted.get(0).reply(OpenReply.OK);
        server.written();

        server.read(Frames.data(1, 0, 200_000));
        assertThat(Frames.words(server.written())).isEmpty();
    }

    /** TLS, while the peer does not take what it writes before a close. */
    private static final class LastWords extends ChannelOutboundHandlerAdapter {
        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) {
            // waits
        }
    }

    @Test
    void aConnectionIsClosedASecondLaterThoughItsLastWordsDoNotLeave() {
        server.channel.pipeline().addFirst(new LastWords());
        server.mux.close("the test ends it");
        server.channel.runPendingTasks();
        assertThat(server.channel.isOpen()).isTrue();
        secondsLater(1);
        assertThat(server.channel.isOpen()).isFalse();
        assertThat(server.closed).isEqualTo("the test ends it");
    }

    @Test
    void aPeerThatBrokeTheProtocolAndReadsNothingIsCutOffASecondLater() {
        server.channel.pipeline().addFirst(new LastWords());
        server.read(Frames.data(0, 0, 0));
        secondsLater(1);
        assertThat(server.channel.isOpen()).isFalse();
    }

    @Test
    void aPeerThatIsSilentHearsNoLastWords() {
        server.channel.pipeline().addFirst(new LastWords());
        secondsLater(13);
        assertThat(server.channel.isOpen()).isFalse();
        assertThat(server.closed).contains("nothing was heard");
    }

    private void secondsLater(int seconds) {
        for (int i = 0; i < seconds; i++) {
            server.channel.advanceTimeBy(1, TimeUnit.SECONDS);
            server.channel.runScheduledPendingTasks();
            server.channel.runPendingTasks();
        }
    }

    @Test
    void streamsBeyondTheBoundAreRefusedUntilOthersEnd() {
        try (MuxEnd small = new MuxEnd(false, 2)) {
            for (int id = 1; id <= 5; id += 2) {
                small.read(Frames.window(id, Frame.SYN, 0));
            }
            assertThat(Frames.words(small.written()))
                    .containsExactlyInAnyOrder("WINDOW ACK 1 0", "WINDOW ACK 3 0", "WINDOW RST 5 0");

            small.read(Frames.window(1, Frame.RST, 0));
            small.read(Frames.window(7, Frame.SYN, 0));
            assertThat(Frames.words(small.written())).containsExactly("WINDOW ACK 7 0");
            assertThat(small.channel.isOpen()).isTrue();
        }
    }

    /** {@return a frame with OPEN and ten bytes of payload behind it} */
    private ByteBuf openWithPayload(int stream) {
        ByteBuf message = message(memory);
        message.writeZero(10);
        ByteBuf frame = memory.directBuffer();
        FrameWriter.data(frame, stream, Frame.SYN, message.readableBytes());
        frame.writeBytes(message);
        message.release();
        return frame;
    }

    private byte[] openFrame(int flags) {
        ByteBuf message = message(memory);
        byte[] frame = Frames.bytes(out -> {
            FrameWriter.data(out, 1, flags, message.readableBytes());
            out.writeBytes(message);
        });
        message.release();
        return frame;
    }

    private static ByteBuf message(ByteBufAllocator allocator) {
        ByteBuf message = allocator.directBuffer();
        try {
            StreamMessages.write(OPEN, message);
        } catch (org.sallyport.wire.control.ControlViolation tooLong) {
            throw new AssertionError(tooLong);
        }
        return message;
    }
}
