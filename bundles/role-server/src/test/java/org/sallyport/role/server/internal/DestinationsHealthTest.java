// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Direction;
import org.sallyport.api.health.HealthCheck.Health;
import org.sallyport.api.service.DestinationView;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Listeners;

@Timeout(30)
final class DestinationsHealthTest {
    private static final String TAKEN = "port 12000 is in use by another program";

    private ServerFixture fixture;
    private DestinationsHealth health;
    private String gateway;

    @BeforeEach
    void start() {
        fixture = new ServerFixture();
        health = new DestinationsHealth(() -> fixture.server);
        gateway = fixture.gateway();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void aClientPortThatIsTakenIsNamedWithDestinationClientAndCauseUntilItIsFree() {
        TestClient client = attached(ServerFixture.KEY_A);
        DestinationView mail = cloud();
        assertThat(health.check()).isEqualTo(Health.good("none fails at a client"));

        client.send(failed(mail));
        await(mail, "failed");
        assertThat(health.check())
                .isEqualTo(Health.bad("1 failed: " + mail.id() + ": client " + client.id() + ": " + TAKEN));

        client.send(listening(mail));
        await(mail, "listening");
        assertThat(health.check()).isEqualTo(Health.good("none fails at a client"));
    }

    @Test
    void aDestinationThatIsDisabledOrWhoseClientWentIsNoFailure() {
        TestClient client = attached(ServerFixture.KEY_A);
        DestinationView mail = cloud();
        client.send(failed(mail));
        await(mail, "failed");

        ServerFixture.get(fixture.destinations.enable(new DestinationId(mail.id()), false));
        assertThat(health.check().healthy()).isTrue();

        ServerFixture.get(fixture.destinations.enable(new DestinationId(mail.id()), true));
        await(mail, "failed");
        client.close();
        await(mail, "waiting");
        assertThat(health.check().healthy()).isTrue();
    }

    @Test
    void aDestinationThatListensAtAnotherClientWorksAndTheClientThatFailsIsNamed() {
        TestClient one = attached(ServerFixture.KEY_A);
        TestClient other = attached(ServerFixture.KEY_B);
        DestinationView mail = cloud();
        one.send(failed(mail));
        await(mail, "failed");
        other.send(listening(mail));
        await(mail, "listening");

        assertThat(health.check())
                .isEqualTo(Health.good("1 listen, but not at every client: " + mail.id() + ": not at client " + one.id()
                        + ": " + TAKEN));
    }

    @Test
    void anOnPremisesDestinationThatNoClientCanApplyIsNamed() {
        TestClient client = attached(ServerFixture.KEY_A);
        DestinationView wiki = fixture.destination(gateway);
        client.send(new Applied(
                fixture.planes.of(gateway).last().revision(),
                List.of(new Applied.Failure(wiki.id(), "it has no protocol tcp"))));
        await(wiki, "failed");

        assertThat(health.check())
                .isEqualTo(
                        Health.bad("1 failed: " + wiki.id() + ": client " + client.id() + ": it has no protocol tcp"));
    }

    @Test
    void aRoleThatDoesNotAnswerIsNotWaitedFor() {
        CountDownLatch busy = new CountDownLatch(1);
        try {
            fixture.server.thread().post(() -> {
                try {
                    busy.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(health.check()).isEqualTo(Health.bad("not known: the server role did not answer within 1 s"));
        } finally {
            busy.countDown();
        }
    }

    @Test
    void aServerThatStoppedSaysSo() {
        fixture.stop();
        assertThat(health.check()).isEqualTo(Health.bad("not known: the server role is stopping"));
    }

    private TestClient attached(String key) {
        TestClient client = fixture.transport.client(key);
        client.attach(fixture.token(gateway));
        return client;
    }

    private DestinationView cloud() {
        return ServerFixture.get(fixture.destinations.create(fixture.draft(gateway, Direction.CLOUD, 12_000)))
                .value();
    }

    private static Listeners failed(DestinationView destination) {
        return new Listeners(List.of(new Listeners.Port(destination.id(), "failed", "", 12_000, TAKEN)));
    }

    private static Listeners listening(DestinationView destination) {
        return new Listeners(List.of(new Listeners.Port(destination.id(), "listening", "127.0.0.1", 12_000, "")));
    }

    private void await(DestinationView destination, String state) {
        DestinationView unused = ServerFixture.get(
                fixture.destinations.await(new DestinationId(destination.id()), state, Duration.ofSeconds(10)));
    }
}
