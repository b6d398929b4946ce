// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.testkit.Await;

@Timeout(60)
class PluginRegistryTest {
    private final PluginRegistry<StringBuilder> registry = new PluginRegistry<>("test", Duration.ofSeconds(30));
    private final StringBuilder older = new StringBuilder("1.0");
    private final StringBuilder newer = new StringBuilder("1.1");

    @Test
    void ofTwoVersionsNewUsersGetTheHigherRankingAndOldOnesKeepTheirs() throws Exception {
        registry.add("tcp", older, 0, 1);
        Plugin<StringBuilder> held = best();
        assertThat(held.enter()).isTrue();
        registry.add("tcp", newer, 5, 2);
        assertThat(best().service()).isSameAs(newer);
        assertThat(held.service()).isSameAs(older);
        CompletableFuture<Void> removed = CompletableFuture.runAsync(() -> registry.remove(older));
        Await.until("nobody new may use the old one", () -> {
            boolean may = held.enter();
            if (may) {
                held.leave();
            }
            return !may;
        });
        assertThat(removed).isNotDone();
        held.leave();
        removed.get(30, TimeUnit.SECONDS);
        registry.remove(newer);
        assertThat(registry.best("tcp")).isNull();
    }

    @Test
    void ofTwoWithTheSameRankingTheOlderOneIsTakenAndTheOtherFollowsIt() {
        registry.add("tcp", newer, 0, 2);
        registry.add("tcp", older, 0, 1);
        assertThat(best().service()).isSameAs(older);
        registry.remove(older);
        assertThat(best().service()).isSameAs(newer);
        assertThatCode(() -> registry.remove(older)).as("a second time").doesNotThrowAnyException();
    }

    @Test
    void whoDoesNotLetGoIsNotWaitedForForEver() {
        PluginRegistry<StringBuilder> impatient = new PluginRegistry<>("test", Duration.ofMillis(50));
        impatient.add("tcp", older, 0, 1);
        Plugin<StringBuilder> held = Objects.requireNonNull(impatient.best("tcp"));
        assertThat(held.enter()).isTrue();
        impatient.remove(older);
        assertThat(impatient.best("tcp")).isNull();
        assertThat(held.users()).isOne();
    }

    private Plugin<StringBuilder> best() {
        return Objects.requireNonNull(registry.best("tcp"));
    }
}
