// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;

class PeerStreamIdsTest {
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    /** The same with a set that forgets nothing. */
    @RepeatedTest(50)
    void eachIdIsOpenedOnceWhileItIsNotFarTooLate() {
        int parity = random.nextInt(2);
        PeerStreamIds ids = new PeerStreamIds(parity);
        Set<Long> opened = new HashSet<>();
        long highest = -1;
        for (int step = 0; step < 3000; step++) {
            long place = Math.max(0, highest + random.nextInt(8) - (random.nextInt(4) == 0 ? random.nextInt(1500) : 4));
            int id = (int) (place * 2 + (parity == 1 ? 1 : 2));
            boolean late = place <= highest - PeerStreamIds.LATE;
            assertThat(ids.wasOpened(id)).as("seed %d", seed).isEqualTo(late || opened.contains(place));
            assertThat(ids.open(id)).as("seed %d", seed).isEqualTo(!late && opened.add(place));
            highest = Math.max(highest, place);
            assertThat(ids.highest()).isEqualTo((int) (highest * 2 + (parity == 1 ? 1 : 2)));
        }
    }
}
