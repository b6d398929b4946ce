// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.api.HostPort;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.NioLoops;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Pattern;
import org.sallyport.testkit.resource.Resource;

/** What a client and a server see of each other through a proxy, over real sockets. */
@Timeout(60)
final class FaultProxyTest {
    private static final int LONG = 8 << 20;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private <T extends AutoCloseable> T ending(T closing) {
        open.push(closing);
        return closing;
    }

    @AfterEach
    void closeAll() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private FaultProxy before(Resource resource) {
        return ending(FaultProxy.before(ending(resource).address()));
    }

    private Conversation connect(FaultProxy proxy) throws IOException {
        return ending(Conversation.connect(proxy.address()));
    }

    /** Two ends and the proxy between them, over which each has heard the other. */
    private final class Pair {
        private final Resource resource = Resource.held();
        private final FaultProxy proxy = before(resource);
        private final Conversation client = connect(proxy);
        private final Conversation server = ending(resource.next());

        Pair() throws IOException {
            exchange(client, server);
        }

        Conversation end(Side side) {
            return side == Side.CLIENT ? client : server;
        }

        Conversation other(Side side) {
            return side == Side.CLIENT ? server : client;
        }
    }

    private static void exchange(Conversation client, Conversation server) throws IOException {
        client.send("ping");
        assertThat(server.receive(4)).isEqualTo("ping");
        server.send("pong");
        assertThat(client.receive(4)).isEqualTo("pong");
    }

    /** Sends and has sent back, at the same time. */
    private static void echoed(Conversation client, int bytes) throws Exception {
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            try {
                Pattern.write(client.socket().getOutputStream(), bytes);
                client.end();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(Pattern.readToEnd(client.socket().getInputStream())).isEqualTo(bytes);
        sending.get(20, TimeUnit.SECONDS);
    }

    @Test
    void withoutFaultsItCarriesAllUpToTheEndsAndKeepsNothing() throws Exception {
        FaultProxy proxy = before(Resource.echo());

        echoed(connect(proxy), LONG);

        Await.until("the connection ends", () -> proxy.connections().isEmpty());
        assertThat(proxy.toServer().carried()).isEqualTo(LONG);
        assertThat(proxy.toClient().carried()).isEqualTo(LONG);
        assertThat(proxy.toServer().held()).isZero();
        assertThat(proxy.toClient().held()).isZero();
        assertThat(proxy.accepted()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void whoEndsMayStillBeAnsweredAndThenReset(Side side) throws IOException {
        Pair pair = new Pair();
        pair.end(side).end();
        assertThat(pair.other(side).receiveAll()).isEmpty();
        pair.other(side).send("more");
        assertThat(pair.end(side).receive(4)).isEqualTo("more");

        pair.end(side).reset();

        Await.until("the reset is carried", () -> isGone(pair.other(side)));
        Await.until("the connection ends", () -> pair.proxy.connections().isEmpty());
    }

    private static boolean isGone(Conversation conversation) {
        try {
            conversation.send("x");
            return false;
        } catch (IOException gone) {
            return true;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetIsCarriedBehindWhatWasSentBeforeIt(Side side) throws IOException {
        Pair pair = new Pair();
        pair.proxy.bothWays(lane -> lane.delay(Duration.ofMillis(20)));
        pair.end(side).send("last");
        Await.until(
                "it was read",
                () -> pair.proxy.toServer().held() + pair.proxy.toClient().held() > 0);

        pair.end(side).reset();

        assertThat(pair.other(side).receive(4)).isEqualTo("last");
        assertThat(pair.other(side).isResetNext()).isTrue();
        Await.until("the connection ends", () -> pair.proxy.connections().isEmpty());
    }

    @Test
    void aDelayIsThatOfBothWaysTogether() throws IOException {
        FaultProxy proxy = before(Resource.echo());
        Conversation client = connect(proxy);
        proxy.toServer().delay(Duration.ofMillis(60));
        proxy.toClient().delay(Duration.ofMillis(40));
        long begin = System.nanoTime();

        assertThat(client.send("x").receive(1)).isEqualTo("x");

        assertThat(System.nanoTime() - begin).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(99));
    }

    @Test
    void manyFaultsTogetherChangeNothingOfWhatArrives() throws Exception {
        FaultProxy proxy = before(Resource.echo());
        proxy.bothWays(lane -> lane.delay(Duration.ofMillis(3))
                .jitter(Duration.ofMillis(5))
                .rate(2_000_000)
                .chop(1_000)
                .hold(200_000));
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Conversation client = connect(proxy);
            all.add(CompletableFuture.runAsync(() -> {
                try {
                    echoed(client, 1 << 19);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }));
        }
        for (CompletableFuture<Void> each : all) {
            each.get(40, TimeUnit.SECONDS);
        }
    }

    @Test
    void faultsThatChangeAllTheTimeChangeNothingOfWhatArrives() throws Exception {
        FaultProxy proxy = before(Resource.echo());
        Conversation client = connect(proxy);
        AtomicBoolean done = new AtomicBoolean();
        List<CompletableFuture<Void>> changing = new ArrayList<>();
        for (Lane lane : List.of(proxy.toServer(), proxy.toClient())) {
            changing.add(CompletableFuture.runAsync(() -> {
                while (!done.get()) {
                    lane.delay(Duration.ofNanos(500_000)).stall().hold(100_000).chop(5_000);
                    lane.freeze().rate(50_000_000).jitter(Duration.ofNanos(100_000));
                    lane.resume().carried();
                    lane.heal();
                }
            }));
        }

        echoed(client, LONG);

        done.set(true);
        for (CompletableFuture<Void> each : changing) {
            each.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aStalledWayKeepsAllAndTheOtherWayGoesOn() throws IOException {
        Pair pair = new Pair();
        pair.proxy.toServer().stall();
        pair.client.send("kept");
        Await.until("it is held", () -> pair.proxy.toServer().held() > 0);
        pair.server.send("past");
        assertThat(pair.client.receive(4)).isEqualTo("past");
        assertThat(pair.proxy.toServer().carried()).isEqualTo(4);

        pair.proxy.toServer().resume();

        assertThat(pair.server.receive(4)).isEqualTo("kept");
    }

    @Test
    void aFrozenWayStopsWhoSendsAndLosesNothing() throws Exception {
        FaultProxy proxy = before(Resource.sink());
        proxy.toServer().freeze();
        Flood flood = new Flood(connect(proxy), 64 << 20);

        flood.untilItStops();

        assertThat(proxy.toServer().carried()).isZero();
        assertThat(proxy.toServer().held()).isZero();
        proxy.toServer().resume();
        flood.arrives();
    }

    @Test
    void aStalledWayHoldsWhatItMayAndThenStopsWhoSends() throws Exception {
        FaultProxy proxy = before(Resource.sink());
        int hold = 1 << 20;
        proxy.toServer().stall().hold(hold);
        Flood flood = new Flood(connect(proxy), 64 << 20);

        flood.untilItStops();

        assertThat(proxy.toServer().held()).isBetween((long) hold, hold + (64L << 10) + 1_000);
        proxy.toServer().resume();
        flood.arrives();
    }

    @Test
    void aServerThatReadsNothingStopsWhoSends() throws Exception {
        Resource held = Resource.held();
        FaultProxy proxy = before(held);
        int hold = 1 << 20;
        proxy.toServer().hold(hold);
        Flood flood = new Flood(connect(proxy), 64 << 20);
        Conversation server = ending(held.next());

        flood.untilItStops();

        assertThat(proxy.toServer().held()).isBetween((long) hold, hold + (64L << 10) + 1_000);
        assertThat(Pattern.readToEnd(server.socket().getInputStream())).isEqualTo(flood.bytes);
    }

    /** Somebody who sends as much as there is room for. */
    private static final class Flood {
        private final Conversation client;
        private final long bytes;
        private final AtomicLong sent = new AtomicLong();
        private final CompletableFuture<Void> sending;

        Flood(Conversation client, long bytes) {
            this.client = client;
            this.bytes = bytes;
            sending = CompletableFuture.runAsync(() -> {
                try {
                    Pattern.write(
                            new FilterOutputStream(client.socket().getOutputStream()) {
                                @Override
                                public void write(byte[] from, int offset, int length) throws IOException {
                                    out.write(from, offset, length);
                                    sent.addAndGet(length);
                                }
                            },
                            bytes);
                    client.end();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
        }

        /** Waits until it sent nothing for half a second. */
        void untilItStops() {
            long[] seen = {0, System.nanoTime()};
            Await.until("the sender stops", () -> {
                long now = sent.get();
                if (now != seen[0] || now == 0) {
                    seen[0] = now;
                    seen[1] = System.nanoTime();
                }
                return System.nanoTime() - seen[1] > TimeUnit.MILLISECONDS.toNanos(500);
            });
            assertThat(sending).isNotDone();
            assertThat(sent.get()).isLessThan(bytes);
        }

        /** Waits until the sink says that all came. */
        void arrives() throws Exception {
            sending.get(20, TimeUnit.SECONDS);
            byte[] answer = client.socket().getInputStream().readAllBytes();
            assertThat(ByteBuffer.wrap(answer).getLong()).isEqualTo(bytes);
        }
    }

    @Test
    void oneWayThatSwallowsLeavesTheOtherAndTheConnectionStaysUp() throws IOException {
        Pair pair = new Pair();
        pair.proxy.toServer().blackhole();
        pair.client.send("lost").end();
        pair.server.send("past");
        assertThat(pair.client.receive(4)).isEqualTo("past");

        pair.proxy.toServer().resume();

        pair.server.send("and on").end();
        assertThat(pair.client.receiveAll()).isEqualTo("and on");
        assertThat(pair.proxy.connections()).hasSize(1);
        assertThat(pair.proxy.toServer().carried()).isEqualTo(4);
    }

    @Test
    void whoIsConnectedThroughABlackholeHearsNothingAndWhoComesLaterIsServed() throws IOException {
        Resource resource = Resource.echo();
        FaultProxy proxy = before(resource);
        proxy.bothWays(Lane::blackhole);
        Conversation lost = connect(proxy).send("lost");
        Await.until("the connection is there", () -> proxy.connections().size() == 1);
        Link link = proxy.connections().get(0);
        lost.reset();
        Await.until("the reset came", () -> !link.isOpen(Side.CLIENT));

        proxy.bothWays(Lane::resume);

        assertThat(connect(proxy).send("x").end().receiveAll()).isEqualTo("x");
        assertThat(link.isOpen(Side.SERVER)).isTrue();
        assertThat(proxy.connections()).contains(link);
    }

    @ParameterizedTest
    @EnumSource
    void aCutIsAResetThatBothSeeBehindTheLastByte(Side from) throws IOException {
        Pair pair = new Pair();
        (from == Side.CLIENT ? pair.proxy.toServer() : pair.proxy.toClient()).cutAt(10);

        pair.end(from).send("0123456789");

        assertThat(pair.other(from).receive(6)).isEqualTo("012345");
        assertThat(pair.other(from).isResetNext()).isTrue();
        assertThat(pair.end(from).isResetNext()).isTrue();
        Await.until("the connection ends", () -> pair.proxy.connections().isEmpty());
        assertThat(ending(Conversation.connect(pair.proxy.address()))
                        .send("once only")
                        .socket()
                        .isConnected())
                .isTrue();
        assertThat(ending(pair.resource.next()).receive(9)).isEqualTo("once only");
    }

    @ParameterizedTest
    @EnumSource
    void aCutMayBeSeenByOneSideOnly(Side seen) throws IOException {
        Pair pair = new Pair();
        pair.proxy.toServer().cutAt(6, Ending.RESET, seen);

        pair.client.send("abcd");

        if (seen == Side.SERVER) {
            assertThat(pair.server.receive(2)).isEqualTo("ab");
        }
        assertThat(pair.end(seen).isResetNext()).isTrue();
        pair.other(seen).send("into the void");
        assertThat(pair.proxy.connections()).hasSize(1);
        pair.other(seen).reset();
        Await.until("the connection ends", () -> pair.proxy.connections().isEmpty());
    }

    @Test
    void aCutMayBeAnEndAfterWhichTheOtherWayGoesOn() throws IOException {
        Pair pair = new Pair();
        pair.proxy.toServer().cutAt(6, Ending.FIN, Side.SERVER);

        pair.client.send("abcd");

        assertThat(pair.server.receiveAll()).isEqualTo("ab");
        pair.server.send("still").end();
        assertThat(pair.client.receiveAll()).isEqualTo("still");
        pair.client.close();
        Await.until("the connection ends", () -> pair.proxy.connections().isEmpty());
    }

    @Test
    void aCutMayEndBothWays() throws IOException {
        Pair pair = new Pair();
        pair.proxy.toClient().cutAt(4, Ending.FIN);

        assertThat(pair.client.receiveAll()).isEmpty();
        assertThat(pair.server.receiveAll()).isEmpty();
        pair.client.close();
        pair.server.close();
        Await.until("the connection ends", () -> pair.proxy.connections().isEmpty());
    }

    @Test
    void aResetOfOneEndLeavesTheOtherSilent() throws IOException {
        Pair pair = new Pair();

        pair.proxy.reset(Side.CLIENT);

        assertThat(pair.client.isResetNext()).isTrue();
        pair.server.send("into the void");
        assertThat(pair.proxy.connections()).hasSize(1);
        pair.server.reset();
        Await.until("the connection ends", () -> pair.proxy.connections().isEmpty());
    }

    @Test
    void oneConnectionMayBeHarmedAndAnotherNot() throws IOException {
        Resource held = Resource.held();
        FaultProxy proxy = before(held);
        Conversation first = connect(proxy);
        Conversation one = ending(held.next());
        Conversation second = connect(proxy);
        Conversation two = ending(held.next());
        Await.until("both are there", () -> proxy.connections().size() == 2);

        proxy.connections().get(0).toServer().stall();

        first.send("late");
        exchange(second, two);
        assertThat(proxy.connections()).extracting(Link::number).containsExactly(1, 2);
        assertThat(proxy.connections().get(0).toServer().carried()).isZero();
        proxy.toServer().resume();
        assertThat(one.receive(4)).isEqualTo("late");
    }

    @Test
    void arrivalsInPiecesAreWhole() throws Exception {
        FaultProxy proxy = before(Resource.echo());
        proxy.bothWays(lane -> lane.chop(1));

        echoed(connect(proxy), 20_000);
    }

    @Test
    void whoIsRefusedComesLaterAndWhoIsThereStays() throws IOException {
        Pair pair = new Pair();

        pair.proxy.refuseConnections();
        pair.proxy.refuseConnections();

        assertThatThrownBy(() -> connect(pair.proxy)).isInstanceOf(ConnectException.class);
        exchange(pair.client, pair.server);
        pair.proxy.acceptConnections();
        pair.proxy.acceptConnections();
        exchange(connect(pair.proxy), ending(pair.resource.next()));
    }

    @Test
    void whereItLeadsMayChangeAndMayBeNowhere() throws IOException {
        FaultProxy proxy = before(Resource.echo());
        Resource other = ending(Resource.held());

        proxy.leadTo(other.address());
        exchange(connect(proxy), ending(other.next()));
        proxy.leadTo(ending(Resource.refusing()).address());

        assertThat(Conversation.isReset(proxy.address())).isTrue();
        assertThat(proxy.connections()).hasSize(1);
        assertThat(proxy.accepted()).isEqualTo(2);
    }

    @Test
    void itsEndIsThatOfAllConnectionsWhateverIsUnderWay() throws IOException {
        Pair pair = new Pair();
        pair.proxy.bothWays(lane -> lane.delay(Duration.ofHours(1)));
        pair.client.send("never");
        pair.server.send("never");
        Await.until(
                "both are under way",
                () -> pair.proxy.toServer().held() > 0 && pair.proxy.toClient().held() > 0);

        pair.proxy.close();
        pair.proxy.close();

        assertThat(pair.client.isResetNext()).isTrue();
        assertThat(pair.server.isResetNext()).isTrue();
        assertThatThrownBy(() -> Conversation.connect(pair.proxy.address())).isInstanceOf(ConnectException.class);
    }

    @Test
    void loopsThatItWasGivenGoOn() throws Exception {
        try (NioLoops loops = new NioLoops(1)) {
            Resource echo = ending(Resource.echo());
            for (int i = 0; i < 2; i++) {
                try (FaultProxy proxy = new FaultProxy(new HostPort("127.0.0.1", 0), echo.address(), loops, 7)) {
                    assertThat(connect(proxy).send("x").receive(1)).isEqualTo("x");
                }
            }
            assertThat(loops.next().isShuttingDown()).isFalse();
        }
    }

    @Test
    void whatCannotBeIsRefusedAndChangesNothing() throws IOException {
        Pair pair = new Pair();
        Lane lane = pair.proxy.toServer();

        assertThatThrownBy(() -> lane.delay(Duration.ofMillis(-1)))
                .hasMessageContaining("delay PT-0.001S: expected a duration from 0");
        assertThatThrownBy(() -> lane.jitter(Duration.ofDays(2))).hasMessageContaining("jitter");
        assertThatThrownBy(() -> lane.rate(-1)).hasMessageContaining("rate -1");
        assertThatThrownBy(() -> lane.hold(0)).hasMessageContaining("hold 0");
        assertThatThrownBy(() -> lane.chop(-1)).hasMessageContaining("chop -1");
        assertThatThrownBy(() -> lane.cutAt(-1)).hasMessageContaining("cut at byte -1");
        assertThatThrownBy(() -> FaultProxy.before(pair.proxy.address(), pair.proxy.address(), 1))
                .hasMessageContaining("to listen on");
        exchange(pair.client, pair.server);
    }
}
