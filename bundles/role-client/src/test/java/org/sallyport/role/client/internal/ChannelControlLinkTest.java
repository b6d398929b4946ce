// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.AclChange;
import org.sallyport.wire.control.AclEntry;
import org.sallyport.wire.control.ControlDecoder;
import org.sallyport.wire.control.ControlEncoder;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.Detach;
import org.sallyport.wire.control.Drain;

final class ChannelControlLinkTest {
    private final ManualSerial serial = new ManualSerial();
    private final List<ControlMessage> received = new ArrayList<>();
    private final List<String> closed = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private ControlLink link;

    @BeforeEach
    void open() {
        channel.config().setAutoRead(false);
        link = ChannelControlLink.open(channel, closed::add, serial, received::add);
        channel.runPendingTasks();
    }

    @AfterEach
    void finish() {
        channel.finishAndReleaseAll();
    }

    @Test
    void messagesAreHandedToTheRolesThreadInTheirOrder() throws Exception {
        assertThat(channel.config().isAutoRead()).isTrue();

        channel.writeInbound(bytes(new Drain(1), new Drain(2)));
        assertThat(received).isEmpty();
        serial.run();

        assertThat(received).containsExactly(new Drain(1), new Drain(2));
    }

    @Test
    void whatIsSentLeavesAsBytes() throws Exception {
        link.send(new Detach("good bye"));
        channel.runPendingTasks();

        ByteBuf out = channel.readOutbound();
        try (ControlDecoder decoder = new ControlDecoder(TunnelProtocol.MAX_CLIENT_MESSAGE)) {
            assertThat(decoder.next(out)).isEqualTo(new Detach("good bye"));
        } finally {
            out.release();
        }
    }

    @Test
    void aServerThatTalksFasterThanTheRoleListensIsHeld() throws Exception {
        for (int i = 0; i < ChannelControlLink.MOST_WAITING; i++) {
            channel.writeInbound(bytes(new Drain(i)));
        }
        assertThat(channel.config().isAutoRead()).isFalse();

        serial.run();
        channel.runPendingTasks();

        assertThat(channel.config().isAutoRead()).isTrue();
        assertThat(received).hasSize(ChannelControlLink.MOST_WAITING);
    }

    @Test
    void whatIsNoMessageClosesTheTunnel() {
        channel.writeInbound(Unpooled.copiedBuffer(new byte[] {0, 0, 0, 2, 1, 2}));

        assertThat(closed).singleElement().asString().startsWith("control stream: ");
    }

    @Test
    void whatIsTooLongToBeSentClosesTheTunnel() {
        List<AclEntry> rules = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            rules.add(new AclEntry(true, "host-" + i, 1, ""));
        }
        link.send(new AclChange(1, AclChange.Operation.REPLACE, rules));
        channel.runPendingTasks();

        assertThat(closed).singleElement().asString().startsWith("a control message was not sent: ");
    }

    @Test
    void aServerThatDoesNotTakeWhatIsAnsweredLosesTheTunnel() {
        EmbeddedChannel stuck = new EmbeddedChannel() {
            @Override
            protected void doWrite(ChannelOutboundBuffer waiting) {
                // no credit
            }
        };
        ControlLink answers = ChannelControlLink.open(stuck, closed::add, serial, received::add);
        String text = "x".repeat(1000);
        for (int i = 0; i < 800; i++) {
            answers.send(new Detach(text));
        }
        stuck.runPendingTasks();
        assertThat(closed).isEmpty();

        for (int i = 0; i < 1000; i++) {
            answers.send(new Detach(text));
        }
        stuck.runPendingTasks();
        assertThat(closed).isNotEmpty().allSatisfy(why -> assertThat(why).contains("more than 1 MiB waits"));
        assertThat(stuck.unsafe().outboundBuffer().totalPendingWriteBytes()).isLessThan(1_300_000);
        stuck.finishAndReleaseAll();
    }

    private static ByteBuf bytes(ControlMessage... messages) throws Exception {
        ByteBuf out = Unpooled.buffer();
        for (ControlMessage message : messages) {
            new ControlEncoder(TunnelProtocol.MAX_SERVER_MESSAGE).write(message, out);
        }
        return out;
    }
}
