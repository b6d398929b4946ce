// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sallyport.testkit.NioLoops;

class LoopPlacesTest {
    private final NioLoops loops = new NioLoops(3);
    private final LoopPlaces places = new LoopPlaces(loops.all());

    @AfterEach
    void stop() {
        loops.close();
    }

    @Test
    void connectionsTakeLoopsInTurnWhileAllHaveAsMany() {
        for (int i = 0; i < 7; i++) {
            assertThat(places.take().loop()).isSameAs(loops.all().get(i % 3));
        }
    }

    @Test
    void theLoopWithTheFewestIsNext() {
        List<LoopPlaces.Place> taken = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            taken.add(places.take());
        }
        taken.get(1).giveBack();
        taken.get(4).giveBack();

        assertThat(places.take().loop()).isSameAs(loops.all().get(1));
        assertThat(places.take().loop()).isSameAs(loops.all().get(1));
        assertThat(places.take().loop()).isNotSameAs(loops.all().get(1));
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        LoopPlaces.Place first = places.take();
        places.take();
        places.take();
        first.giveBack();
        first.giveBack();
        places.take();

        assertThat(List.of(
                        places.take().loop(),
                        places.take().loop(),
                        places.take().loop()))
                .containsExactlyInAnyOrderElementsOf(loops.all());
    }

    @Test
    void whoeverComesAndGoesTheSpreadIsEvenAgainAfterAsManyAsWent() {
        Random random = new Random(11);
        List<LoopPlaces.Place> taken = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            taken.add(places.take());
        }
        for (int i = 0; i < 100; i++) {
            taken.remove(random.nextInt(taken.size())).giveBack();
        }
        for (int i = 0; i < 100; i++) {
            taken.add(places.take());
        }
        Map<Object, Integer> counts = new HashMap<>();
        taken.forEach(place -> counts.merge(place.loop(), 1, Integer::sum));

        assertThat(counts.values()).containsExactly(100, 100, 100);
    }
}
