// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordCounterTest {
    private static final int[] LENGTHS = {0, 1, 5, 23, 255, 256, 16_401, 65_535};

    @Test
    void recordsAreCountedWhereverTheyAreCut() {
        ByteBuf chain = Unpooled.buffer();
        for (int length : LENGTHS) {
            chain.writeByte(23).writeShort(0x303).writeShort(length).writeZero(length);
        }
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            RecordCounter.Way way = new RecordCounter.Way();
            int most = 1 + random.nextInt(round < 100 ? 8 : 40_000);
            ByteBuf rest = chain.duplicate();
            while (rest.isReadable()) {
                way.count(rest.readSlice(Math.min(rest.readableBytes(), 1 + random.nextInt(most))));
            }
            assertThat(way.records()).as("cut into %d bytes at most", most).isEqualTo(LENGTHS.length);
            assertThat(way.bytes()).isEqualTo(chain.readableBytes());
        }
        chain.release();
    }

    @Test
    void theEndOfAKeyIsToldOnceForEitherDirection() {
        for (boolean sent : new boolean[] {true, false}) {
            List<String> told = new ArrayList<>();
            RecordCounter counter = new RecordCounter(new Wear(1, 1, 3, 1000));
            counter.tell(told::add);
            EmbeddedChannel channel = new EmbeddedChannel(counter);
            for (int each = 0; each < 3; each++) {
                pass(channel, sent, 10);
            }
            assertThat(told).isEmpty();
            pass(channel, sent, 10);
            pass(channel, sent, 2000);
            assertThat(told)
                    .containsExactly(
                            "4 TLS records of 60 bytes were " + (sent ? "sent" : "received") + " under one key");
            channel.finishAndReleaseAll();
        }
    }

    @Test
    void manyBytesInFewRecordsCountToo() {
        List<String> told = new ArrayList<>();
        RecordCounter counter = new RecordCounter(new Wear(1, 1, 3, 1000));
        counter.tell(told::add);
        EmbeddedChannel channel = new EmbeddedChannel(counter);
        pass(channel, true, 996);
        assertThat(told).containsExactly("1 TLS records of 1001 bytes were sent under one key");
        channel.finishAndReleaseAll();
    }

    private static void pass(EmbeddedChannel channel, boolean sent, int length) {
        ByteBuf record = Unpooled.buffer();
        record.writeByte(23).writeShort(0x303).writeShort(length).writeZero(length);
        if (sent) {
            channel.writeOutbound(record);
        } else {
            channel.writeInbound(record);
        }
    }
}
