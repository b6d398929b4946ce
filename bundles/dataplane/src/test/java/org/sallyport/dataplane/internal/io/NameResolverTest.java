// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.NioLoops;

@Timeout(60)
class NameResolverTest {
    private final NioLoops loops = new NioLoops(1);
    private final EventLoop loop = loops.next();

    @AfterEach
    void close() {
        loops.close();
    }

    @Test
    @SuppressWarnings("try") // that it is closed early is the point
    void aSlowAnswerHoldsUpNoLoopAndIsToldOnIt() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        CompletableFuture<Thread> asked = new CompletableFuture<>();
        try (NameResolver names = new NameResolver(name -> {
            asked.complete(Thread.currentThread());
            awaitQuietly(answer);
            return List.of(InetAddress.getLoopbackAddress());
        })) {
            CompletableFuture<Boolean> toldOnLoop = new CompletableFuture<>();
            loop.execute(() ->
                    names.resolve("slow.test", loop).addListener(done -> toldOnLoop.complete(loop.inEventLoop())));
            Thread asking = asked.get(30, TimeUnit.SECONDS);
            assertThat(asking.getName()).startsWith("sallyport-names-");
            assertThat(loop.submit(() -> "turns").get(30, TimeUnit.SECONDS)).isEqualTo("turns");
            assertThat(toldOnLoop).isNotDone();
            answer.countDown();
            assertThat(toldOnLoop.get(30, TimeUnit.SECONDS)).isTrue();
            names.close();
            Await.until("its threads have ended", () -> !asking.isAlive());
        }
    }

    @Test
    void aNameThatNobodyKnowsFailsAndAnAddressIsNotAskedFor() throws Exception {
        try (NameResolver names = new NameResolver(name -> {
            throw new UnknownHostException(name);
        })) {
            Future<List<InetAddress>> unknown = names.resolve("nowhere.test", loop);
            assertThat(unknown.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(unknown.cause()).isInstanceOf(UnknownHostException.class);
            assertThat(names.resolve("::1", loop).getNow()).containsExactly(NameResolver.literal("::1"));
            assertThat(names.resolve("127.0.0.1", loop).getNow()).containsExactly(NameResolver.literal("127.0.0.1"));
        }
    }

    @Test
    void aNameThatNobodyAnswersIsAskedForOnceAndKeepsNoOtherFromItsAnswer() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        try (NameResolver names = new NameResolver(name -> {
            if (name.equals("slow.test")) {
                asked.incrementAndGet();
                awaitQuietly(answer);
            }
            return List.of(InetAddress.getLoopbackAddress());
        })) {
            List<Future<List<InetAddress>>> waiting = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                waiting.add(names.resolve("slow.test", loop));
            }
            assertThat(names.resolve("other.test", loop).await(30, TimeUnit.SECONDS))
                    .isTrue();
            answer.countDown();
            for (Future<List<InetAddress>> each : waiting) {
                assertThat(each.await(30, TimeUnit.SECONDS)).isTrue();
                assertThat(each.getNow()).containsExactly(InetAddress.getLoopbackAddress());
            }
            assertThat(asked).hasValue(1);
            assertThat(names.resolve("slow.test", loop).await(30, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(asked).hasValue(2);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("not within 30 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
