// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.fault.FaultProxy;
import org.sallyport.testkit.fault.Lane;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Resource;

/** A tunnel on which nothing comes any more is given up when that lasts, and only then. */
@Timeout(120)
final class SilenceTest {
    /** By then both ends know that the other is dead. */
    private static final Duration NOTICED = Duration.ofSeconds(15);

    @RegisterExtension
    private final Site site = new Site();

    /** Who doesn't hear the other any more. */
    enum Deaf {
        SERVER,
        CLIENT,
        BOTH;

        void on(FaultProxy network) {
            if (this != CLIENT) {
                network.toServer().blackhole();
            }
            if (this != SERVER) {
                network.toClient().blackhole();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatIsNotHeardIsDeadToBothEndsAndBackWhenTheWayIsHealed(Deaf deaf) throws IOException {
        Resource held = site.ending(Resource.held());
        FaultProxy network = site.network();
        HostPort outward = ServerNode.local(site.server()
                .cloud(site.gateway(), "outward", held.address(), Ports.free())
                .listen());
        ClientNode client = site.client("client");
        site.server().heard(List.of(client.attach(site.token(), network.address())));
        HostPort inward = site.listening(site.inward(held));
        try (Conversation inwards = Conversation.connect(inward);
                Conversation inOffice = held.next();
                Conversation outwards = Conversation.connect(outward);
                Conversation inCloud = held.next()) {
            exchange(inwards, inOffice);
            exchange(outwards, inCloud);
            long begin = System.nanoTime();

            deaf.on(network);

            site.server().await(Event.Detached.class);
            client.await(Event.Detached.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(NOTICED);
            for (Conversation each : List.of(inwards, inOffice, outwards, inCloud)) {
                assertThat(each.isResetNext()).isTrue();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(NOTICED);
        }

        network.bothWays(Lane::resume);

        site.server()
                .heard(List.of(
                        client.await(Event.Attached.class, 1, event -> true).client()));
        try (Conversation inwards = Conversation.connect(site.listening(site.inward(site.resource())))) {
            assertThat(inwards.send("x").end().receiveAll()).isEqualTo("office\nx");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 8})
    void aStallThatEndsInTimeLosesNothing(int seconds) throws Exception {
        long bytes = 32L << 20;
        Resource echo = site.ending(Resource.echo());
        FaultProxy network = site.network();
        HostPort outward = ServerNode.local(site.server()
                .cloud(site.gateway(), "outward", echo.address(), Ports.free())
                .listen());
        ClientNode client = site.client("client");
        site.server().heard(List.of(client.attach(site.token(), network.address())));
        Echoed in = Echoed.begin(site.listening(site.inward(echo)), bytes);
        Echoed out = Echoed.begin(outward, bytes);
        Await.until("both transfers run", () -> network.toServer().carried() > bytes / 8);

        network.bothWays(Lane::stall);
        CompletableFuture.runAsync(
                        () -> {
                            assertThat(in.isRunning()).isTrue();
                            assertThat(out.isRunning()).isTrue();
                            network.bothWays(Lane::resume);
                        },
                        CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS))
                .get(Node.LIMIT.toSeconds(), TimeUnit.SECONDS);

        in.isRight();
        out.isRight();
        assertThat(site.server().count(Event.Detached.class)).isZero();
        assertThat(client.count(Event.Detached.class)).isZero();
        assertThat(network.accepted()).isEqualTo(1);
    }

    private static void exchange(Conversation application, Conversation resource) throws IOException {
        application.send("ping");
        assertThat(resource.receive(4)).isEqualTo("ping");
        resource.send("pong");
        assertThat(application.receive(4)).isEqualTo("pong");
    }
}
