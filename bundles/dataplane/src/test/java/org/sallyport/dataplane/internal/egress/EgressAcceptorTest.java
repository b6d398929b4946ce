// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Verdict;
import org.sallyport.api.event.Event;
import org.sallyport.dataplane.internal.TestSurroundings;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.StreamChannel;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.tunnel.MemoryTunnel;

/** What an end that dials answers, whatever it is told. */
@Timeout(60)
class EgressAcceptorTest {
    private static final DestinationId UNKNOWN = new DestinationId("0123456789A_00000");

    private final TestSurroundings process = new TestSurroundings();

    @AfterEach
    void close() {
        process.close();
    }

    @ParameterizedTest
    @CsvSource({"'',:4711", "laptop,laptop:4711", "'two\nlines',two\uFFFDlines:4711"})
    void aRefusalIsToldOfASourceThatIsNoAddress(String source, String told) throws Exception {
        assertThat(ask(InetSocketAddress.createUnresolved(source, 4711)).code())
                .isEqualTo(OpenCode.UNKNOWN_DESTINATION);
        Await.until("it is told", () -> process.refusals().size() == 1);
        assertThat(process.refusals()).extracting(Event.FlowRefused::source).containsExactly(told);
    }

    @Test
    void aRefusalIsToldOfASourceThatIsAnAddress() throws Exception {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
        assertThat(ask(new InetSocketAddress(loopback, 4711)).code()).isEqualTo(OpenCode.UNKNOWN_DESTINATION);
        Await.until("it is told", () -> process.refusals().size() == 1);
        assertThat(process.refusals()).extracting(Event.FlowRefused::source).containsExactly("[0:0:0:0:0:0:0:1]:4711");
    }

    @Test
    void whatOneGatewayHoldsLeavesRoomForTheOthers() throws Exception {
        EventLoop loop = process.loops().all().get(1);
        MemoryTunnel.Pair greedy = MemoryTunnel.connect(loop, loop);
        greedy.other().admit(acceptor());
        MemoryTunnel.Pair modest = MemoryTunnel.connect(loop, loop);
        modest.other().admit(acceptor());

        List<StreamChannel> held = new ArrayList<>();
        for (int i = 0; i < 1_024; i++) {
            held.add(open(greedy, 2));
        }
        // its own tunnel is asked in order: all before are held once this one is refused
        assertThat(answer(open(greedy, 2)).code()).isEqualTo(OpenCode.TOO_MANY);
        assertThat(held).noneMatch(stream -> stream.opened().isDone());
        StreamChannel other = open(modest, 2);
        assertThat(answer(open(modest, 1)).code()).isEqualTo(OpenCode.UNKNOWN_DESTINATION);
        assertThat(other.opened().isDone()).isFalse();

        greedy.one().close("the end");
        modest.one().close("the end");
        Await.until(
                "nothing is left", () -> greedy.one().isOver() && modest.one().isOver());
        Await.until("all is given back", () -> process.get().limits().dials().taken() == 0);
    }

    private EgressAcceptor acceptor() {
        return new EgressAcceptor(
                process.get(),
                new EgressConfig(1, true, false, Map.of(), (host, port, address) -> new Verdict.Allowed("test")));
    }

    private static StreamChannel open(MemoryTunnel.Pair tunnel, long revision) {
        InetSocketAddress source = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
        return tunnel.one()
                .open(
                        new OpenRequest(UNKNOWN, revision, source, source, Map.of(), 5),
                        new ChannelInboundHandlerAdapter());
    }

    private static OpenReply answer(StreamChannel stream) throws Exception {
        assertThat(stream.opened().await(20, TimeUnit.SECONDS)).isTrue();
        return stream.opened().getNow();
    }

    private OpenReply ask(InetSocketAddress source) throws Exception {
        EventLoop loop = process.loops().all().get(1);
        MemoryTunnel.Pair tunnel = MemoryTunnel.connect(loop, loop);
        tunnel.other()
                .admit(new EgressAcceptor(
                        process.get(),
                        new EgressConfig(
                                1, true, false, Map.of(), (host, port, address) -> new Verdict.Allowed("test"))));
        StreamChannel stream = tunnel.one()
                .open(new OpenRequest(UNKNOWN, 1, source, source, Map.of(), 5), new ChannelInboundHandlerAdapter());
        assertThat(stream.opened().await(20, TimeUnit.SECONDS)).isTrue();
        OpenReply reply = stream.opened().getNow();
        tunnel.one().close("the end");
        Await.until("nothing is left", tunnel.one()::isOver);
        return reply;
    }
}
