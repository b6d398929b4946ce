// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.StreamResetException;
import org.sallyport.wire.control.Open;
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
    void theLossOfTheTunnelIsNotCleanForAStreamThatSentItsEnd() {
        MuxStreamChannel ended = client.mux.open(OPEN, new Tape());
        ended.shutdownOutput();
        assertThat(Frames.words(client.written())).endsWith("WINDOW FIN 1 0");
        client.channel.close();
        client.channel.runPendingTasks();

        assertThat(((StreamResetException) ended.opened().cause()).kind())
                .isEqualTo(StreamResetException.Kind.TUNNEL_LOST);
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
