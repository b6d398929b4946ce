// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.testkit.process.Instance;
import org.sallyport.testkit.process.Ports;
import org.sallyport.testkit.process.Resources;

/** Ends that die or freeze, and come back. */
@Timeout(240)
final class RecoveryIT {
    /** A dead peer is noticed within 15 s; the rest is for a busy machine. */
    private static final Duration NOTICED = Duration.ofSeconds(18);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path work;

    private static HttpServer web;

    @BeforeAll
    static void start() {
        web = Resources.web("hello");
    }

    @AfterAll
    static void stop() {
        web.stop(0);
    }

    private static String resource() {
        return "127.0.0.1:" + web.getAddress().getPort();
    }

    private static Instance.Made destination(Instance server, String gateway) {
        return server.destination(gateway + " d --resource " + resource() + " --wait listening");
    }

    @Test
    void aServerThatIsKilledUnderLoadComesBackWithAllThatItHad() throws Exception {
        Path base = work.resolve("killed");
        int tunnelPort = Ports.one();
        int listen = Ports.block(5);
        String[] words = {
            "--set", Product.SERVER + "tunnel.port=" + tunnelPort,
            "--set", Product.SERVER + "listen.ports=" + listen + "-" + (listen + 4)
        };
        String gateway;
        Path token;
        Instance.Made made;
        Instance client;
        try (Instance server = Product.server(base, words)) {
            gateway = server.gateway("killed");
            token = server.token(gateway);
            client = Product.attached(work.resolve("killed-client"), token, "--allow", resource());
            made = destination(server, gateway);
            try (Load load = new Load(made.address())) {
                load.awaitAnswers(20);
                server.program().kill();
            }
        }
        try (client) {
            client.program().awaitLine("detached: gateway=" + gateway);
            try (Instance server = Product.server(base, words)) {
                client.program().awaitLine("attached: gateway=" + gateway);
                server.run("destination:show " + made.id() + " --wait listening");
                assertThat(Resources.get(made.address())).isEqualTo("hello");
                assertThat(server.run("gateway:token " + gateway))
                        .isEqualTo(Files.readString(token).strip());
            }
        }
    }

    @Test
    void aClientThatIsKilledAndStartedAgainTakesTheTrafficUp() throws Exception {
        Path base = work.resolve("client-killed-client");
        try (Instance server = Product.server(work.resolve("client-killed"))) {
            String gateway = server.gateway("client killed");
            Path token = server.token(gateway);
            Instance.Made made;
            try (Instance client = Product.attached(base, token, "--allow", resource())) {
                made = destination(server, gateway);
                assertThat(Resources.get(made.address())).isEqualTo("hello");
                client.program().kill();
            }
            server.program().awaitLine("detached: gateway=" + gateway);
            try (Instance client = Product.attached(base, token)) {
                server.run("destination:show " + made.id() + " --wait listening");
                assertThat(Resources.get(made.address())).isEqualTo("hello");
                assertThat(client.program().alive()).isTrue();
            }
        }
    }

    @Test
    void aFrozenClientIsNoticedAndComesBackWhenItThaws() throws Exception {
        try (Instance server = Product.server(work.resolve("frozen-client-server"))) {
            String gateway = server.gateway("frozen client");
            try (Instance client =
                    Product.attached(work.resolve("frozen-client"), server.token(gateway), "--allow", resource())) {
                Instance.Made made = destination(server, gateway);
                long begun = System.nanoTime();
                client.program().freeze();
                server.program().awaitLine("detached: gateway=" + gateway);
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(NOTICED);

                awaitSince(begun, Duration.ofSeconds(20));
                client.program().thaw();
                server.program().awaitLine("attached: gateway=" + gateway);
                server.run("destination:show " + made.id() + " --wait listening");
                assertThat(Resources.get(made.address())).isEqualTo("hello");
            }
        }
    }

    @Test
    void aFrozenServerIsNoticedAndFoundAgainWhenItThaws() throws Exception {
        try (Instance server = Product.server(work.resolve("frozen-server"))) {
            String gateway = server.gateway("frozen server");
            try (Instance client = Product.attached(
                    work.resolve("frozen-server-client"), server.token(gateway), "--allow", resource())) {
                Instance.Made made = destination(server, gateway);
                long begun = System.nanoTime();
                server.program().freeze();
                client.program().awaitLine("detached: gateway=" + gateway);
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(NOTICED);

                awaitSince(begun, Duration.ofSeconds(20));
                server.program().thaw();
                client.program().awaitLine("attached: gateway=" + gateway);
                server.run("destination:show " + made.id() + " --wait listening");
                assertThat(Resources.get(made.address())).isEqualTo("hello");
            }
        }
    }

    /** Lets time pass that the test is about. */
    private static void awaitSince(long begun, Duration duration) throws InterruptedException {
        long left = duration.toNanos() - (System.nanoTime() - begun);
        Object nobody = new Object();
        synchronized (nobody) {
            while (left > 0) {
                TimeUnit.NANOSECONDS.timedWait(nobody, left);
                left = duration.toNanos() - (System.nanoTime() - begun);
            }
        }
    }

    /** Requests one after the other until it is closed; failures are counted as what they are. */
    private static final class Load implements AutoCloseable {
        private final AtomicInteger answers = new AtomicInteger();
        private final AtomicBoolean over = new AtomicBoolean();
        private final Thread thread;

        Load(String address) {
            thread = new Thread(() -> run(address), "load");
            thread.start();
        }

        private void run(String address) {
            while (!over.get()) {
                try {
                    Resources.get(address);
                    synchronized (answers) {
                        answers.incrementAndGet();
                        answers.notifyAll();
                    }
                } catch (IOException e) {
                    Thread.onSpinWait(); // the server was killed; the test looks at what comes after
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        void awaitAnswers(int count) throws InterruptedException {
            synchronized (answers) {
                while (answers.get() < count) {
                    answers.wait(30_000);
                }
            }
        }

        @Override
        public void close() {
            over.set(true);
            thread.interrupt();
            try {
                thread.join(30_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
