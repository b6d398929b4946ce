// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sallyport.testkit.fault.Faults.Flow;

/** When bytes arrive, in what pieces, and how many are kept, by a clock that is told the time. */
final class PipeTest {
    private static final int MILLION = 1_000_000;
    private static final int BUFFER = 64 * 1024;

    private final MockTicker clock = Ticker.newMockTicker();
    private final List<Line> lines = new ArrayList<>();

    /** A pipe between two channels, and what happened at its end. */
    private final class Line implements Pipe.Ends {
        private final EmbeddedChannel source =
                EmbeddedChannel.builder().ticker(clock).build();
        private final EmbeddedChannel target =
                EmbeddedChannel.builder().ticker(clock).build();
        private final List<String> ends = new ArrayList<>();
        private final Pipe pipe;

        Line(long seed, Faults faults) {
            pipe = new Pipe(source, target, this, new SplittableRandom(seed), faults);
            lines.add(this);
        }

        @Override
        public void arrived(Ending how) {
            ends.add(how.name());
        }

        @Override
        public void cut(Cut cut) {
            ends.add("cut");
            pipe.breakOff();
        }

        Line send(int bytes) {
            return send(Unpooled.directBuffer(bytes).writeZero(bytes));
        }

        Line send(ByteBuf bytes) {
            pipe.take(bytes);
            return this;
        }

        /** What arrived since it was asked last, piece by piece. */
        List<Integer> pieces() {
            target.runPendingTasks(); // those whose time has come, too
            List<Integer> pieces = new ArrayList<>();
            for (ByteBuf piece = target.readOutbound(); piece != null; piece = target.readOutbound()) {
                pieces.add(piece.readableBytes());
                piece.release();
            }
            return pieces;
        }

        int bytes() {
            return pieces().stream().mapToInt(Integer::intValue).sum();
        }

        boolean isRead() {
            return source.config().isAutoRead();
        }
    }

    private Line line(Faults faults) {
        return new Line(1, faults);
    }

    private void pass(long millis) {
        clock.advance(millis, TimeUnit.MILLISECONDS);
    }

    @AfterEach
    void releaseAll() {
        for (Line line : lines) {
            line.pipe.breakOff();
            assertThat(line.pipe.held()).isZero();
            line.source.finishAndReleaseAll();
            line.target.finishAndReleaseAll();
        }
    }

    @Test
    void withoutFaultsAllArrivesAtOnceAsItCame() {
        Line line = line(Faults.NONE);

        assertThat(line.send(10).send(20).pieces()).containsExactly(10, 20);
        assertThat(line.pipe.carried()).isEqualTo(30);
        assertThat(line.pipe.held()).isZero();
    }

    @Test
    void aByteIsUnderWayForItsDelayAndSoIsTheEnd() {
        Line line = line(Faults.NONE.withDelay(Duration.ofMillis(100)));
        line.send(10);
        pass(60);
        line.send(20).pipe.takeEnd(Ending.FIN);

        pass(39);
        assertThat(line.pieces()).isEmpty();
        pass(1);
        assertThat(line.pieces()).containsExactly(10);
        pass(59);
        assertThat(line.pieces()).isEmpty();
        assertThat(line.ends).isEmpty();
        pass(1);
        assertThat(line.pieces()).containsExactly(20);
        assertThat(line.ends).containsExactly("FIN");
    }

    @Test
    void aLongDelayDoesNotThrottleAGigabitASecond() {
        Line line = line(Faults.NONE.withDelay(Duration.ofMillis(200)));
        int aMillisecond = 125_000;

        for (int i = 0; i < 600; i++) {
            assertThat(line.isRead()).isTrue();
            line.send(BUFFER).send(aMillisecond - BUFFER);
            assertThat(line.bytes()).as("millisecond %d", i).isEqualTo(i < 200 ? 0 : aMillisecond);
            pass(1);
        }
    }

    @Test
    void aShorterDelayLetsNothingOvertake() {
        Line line = line(Faults.NONE.withDelay(Duration.ofMillis(100)));
        line.send(1);
        line.pipe.obey(Faults.NONE);
        line.send(2);

        assertThat(line.pieces()).isEmpty();
        pass(100);
        assertThat(line.pieces()).containsExactly(1, 2);
    }

    @Test
    void jitterKeepsTheOrderOfAConnectionAndMixesConnections() {
        assertThat(arrivals(1)).isEqualTo(arrivals(1)).isNotEqualTo(arrivals(2));
    }

    /** What arrives of two connections that send in turn, checked to be in order for each. */
    private List<String> arrivals(long seed) {
        Faults faults = Faults.NONE.withDelay(Duration.ofMillis(5)).withJitter(Duration.ofMillis(20));
        Line a = new Line(seed, faults);
        Line b = new Line(seed + 100, faults);
        List<String> arrived = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            a.send(i);
            b.send(i);
            for (int wait = 0; wait < (i == 40 ? 25 : 3); wait++) {
                pass(1);
                a.pieces().forEach(piece -> arrived.add("a" + piece));
                b.pieces().forEach(piece -> arrived.add("b" + piece));
            }
        }
        List<String> sent = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            sent.addAll(List.of("a" + i, "b" + i));
        }
        assertThat(arrived).containsExactlyInAnyOrderElementsOf(sent).isNotEqualTo(sent);
        for (String connection : List.of("a", "b")) {
            assertThat(arrived)
                    .filteredOn(piece -> piece.startsWith(connection))
                    .containsExactlyElementsOf(sent.stream()
                            .filter(piece -> piece.startsWith(connection))
                            .toList());
        }
        return arrived;
    }

    @Test
    void aRateIsKeptToAndNotSavedUp() {
        Line line = line(Faults.NONE.withRate(MILLION));
        pass(10_000);
        for (int i = 0; i < 40; i++) {
            line.send(BUFFER);
        }

        int arrived = 0;
        for (int second = 1; second <= 2; second++) {
            for (int i = 0; i < 1000; i++) {
                pass(1);
                int now = line.bytes();
                assertThat(now).isLessThanOrEqualTo(MILLION / 50);
                arrived += now;
            }
            assertThat(arrived).isBetween(second * (MILLION - MILLION / 50), second * MILLION + MILLION / 50);
        }
    }

    @Test
    void aTimerThatComesLateMakesUpForLittle() {
        Line line = line(Faults.NONE.withRate(MILLION));
        line.send(MILLION);
        line.bytes();

        pass(500);

        assertThat(line.bytes()).isLessThan(MILLION / 50);
    }

    @Test
    void aStallKeepsWhatIsReadAndReadsUntilItHoldsEnough() {
        Line line = line(Faults.NONE.withFlow(Flow.STALLED).withHold(10 * BUFFER));
        int sent = 0;
        while (line.isRead() && sent < 100) {
            line.send(BUFFER);
            sent++;
        }

        assertThat(sent).isEqualTo(10);
        assertThat(line.pipe.held()).isBetween(10L * BUFFER, 11L * BUFFER);
        assertThat(line.pieces()).isEmpty();
        line.pipe.obey(line.pipe.faults().withFlow(Flow.FLOWING));
        assertThat(line.bytes()).isEqualTo(10 * BUFFER);
        assertThat(line.isRead()).isTrue();
    }

    @Test
    void smallReadsDoNotHoldLargeBuffers() {
        Line line = line(Faults.NONE.withFlow(Flow.STALLED).withHold(MILLION));
        ByteBuf large = Unpooled.directBuffer(BUFFER).writeByte(1);

        line.send(large);

        assertThat(large.refCnt()).isZero();
        assertThat(line.pipe.held()).isLessThan(1_000);
        for (int i = 0; line.isRead(); i++) {
            assertThat(i).isLessThan(MILLION / 100);
            line.send(1);
        }
        assertThat(line.pipe.held()).isLessThan(MILLION + 1_000);
    }

    @Test
    void aFrozenSourceIsNotReadAndWhatWasReadArrives() {
        Line line = line(Faults.NONE.withDelay(Duration.ofMillis(10)));
        line.send(5);
        line.pipe.obey(line.pipe.faults().withFlow(Flow.FROZEN));

        assertThat(line.isRead()).isFalse();
        pass(10);
        assertThat(line.pieces()).containsExactly(5);
        assertThat(line.isRead()).isFalse();
        line.pipe.obey(Faults.NONE);
        assertThat(line.isRead()).isTrue();
    }

    @Test
    void aBlackholeSwallowsWhatIsUnderWayAndAllThatFollows() {
        Line line = line(Faults.NONE.withDelay(Duration.ofMillis(10)));
        ByteBuf underWay = Unpooled.directBuffer(8).writeLong(1);
        ByteBuf later = Unpooled.directBuffer(8).writeLong(2);
        line.send(underWay);
        line.pipe.obey(Faults.NONE.withFlow(Flow.SWALLOWED));
        line.send(later).pipe.takeEnd(Ending.RESET);
        line.pipe.obey(Faults.NONE);

        pass(20);
        assertThat(line.send(8).pieces()).isEmpty();
        assertThat(line.ends).isEmpty();
        assertThat(line.isRead()).isTrue();
        assertThat(underWay.refCnt()).isZero();
        assertThat(later.refCnt()).isZero();
        assertThat(line.pipe.carried()).isZero();
    }

    @Test
    void aBlackholeThatSwallowedNothingHarmsNothing() {
        Line line = line(Faults.NONE);
        line.send(1);
        line.pipe.obey(Faults.NONE.withFlow(Flow.SWALLOWED));
        line.pipe.obey(Faults.NONE);

        assertThat(line.send(2).pieces()).containsExactly(1, 2);
    }

    @Test
    void piecesAreOfAnyLengthUpToTheLongest() {
        Line line = line(Faults.NONE.withChop(3));

        List<Integer> pieces = line.send(5_000).pieces();

        assertThat(pieces).contains(1, 2, 3).allMatch(length -> length >= 1 && length <= 3);
        assertThat(pieces.stream().mapToInt(Integer::intValue).sum()).isEqualTo(5_000);
        line.pipe.obey(Faults.NONE.withChop(1));
        assertThat(line.send(500).pieces()).hasSize(500).containsOnly(1);
    }

    @Test
    void aCutLetsSoManyBytesPassAndNotOneMore() {
        Cut cut = new Cut(25, Ending.RESET, Set.of(Side.values()));
        Line line = line(Faults.NONE.withCut(cut));

        assertThat(line.send(20).pieces()).containsExactly(20);
        assertThat(line.ends).isEmpty();
        assertThat(line.send(20).pieces()).containsExactly(5);
        assertThat(line.ends).containsExactly("cut");
        assertThat(line.send(20).pieces()).isEmpty();

        Line other = line(Faults.NONE.withCut(cut));
        assertThat(other.send(100).bytes()).isEqualTo(100);
        assertThat(other.ends).isEmpty();
    }

    @Test
    void whoIsNotReadyIsGivenNoMoreThanOneBufferTooMuch() {
        Line line = line(Faults.NONE.withHold(4 * BUFFER));
        line.target.pipeline().addLast(new ChannelOutboundHandlerAdapter() {
            @Override
            public void flush(ChannelHandlerContext ctx) {
                // its system takes nothing
            }
        });
        int sent = 0;
        while (line.isRead() && sent < 100) {
            line.send(BUFFER);
            sent++;
        }

        assertThat(sent).isLessThanOrEqualTo(6);
        line.target.pipeline().removeLast();
        line.target.flush();
        line.pipe.deliver();
        assertThat(line.bytes()).isEqualTo(sent * BUFFER);
    }
}
