// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.DestinationId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.TokenClaims;
import org.sallyport.api.service.GatewayService;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.wire.control.AclChange;
import org.sallyport.wire.control.AclResult;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.Detach;
import org.sallyport.wire.control.Listeners;
import org.sallyport.wire.control.Refused;
import org.sallyport.wire.control.Renew;
import org.sallyport.wire.control.Terminate;

@Timeout(30)
final class AttachTest {
    private ServerFixture fixture;
    private String gateway;
    private String token;

    @BeforeEach
    void start() {
        fixture = new ServerFixture();
        gateway = fixture.gateway();
        token = fixture.token(gateway);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private static Attach attach(String token) {
        return Attach.withToken(token, "laptop", "1.0");
    }

    @Test
    void aClientWithTheTokenGetsItsIdAndTheWholeConfiguration() {
        fixture.destination(gateway);
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);

        Attached attached = client.attach(token);

        assertThat(attached.client()).matches(gateway.substring(0, 11) + "_[0-9A-Za-z]{3}");
        assertThat(attached.config().gateway()).isEqualTo(gateway);
        assertThat(attached.config().destinations()).hasSize(1);
        assertThat(attached.servers()).hasSize(1);
        Event.Attached event = fixture.events.next(Event.Attached.class);
        assertThat(event.newKey()).isTrue();
        assertThat(event.host()).isEqualTo("laptop");
        assertThat(fixture.store.snapshot().keys()).hasSize(1);
    }

    @Test
    void aKeyIsNewOnlyOnce() {
        TestClient first = fixture.transport.client(ServerFixture.KEY_A);
        first.attach(token);
        assertThat(fixture.events.next(Event.Attached.class).newKey()).isTrue();
        fixture.transport.client(ServerFixture.KEY_A).attach(token);
        assertThat(fixture.events.next(Event.Attached.class).newKey()).isFalse();
    }

    @Test
    void thePlaneGetsTheTunnelOnlyWhenTheClientHasAppliedItsConfiguration() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A).neverApplies();
        Attached attached = client.attach(token);
        fixture.settle();
        assertThat(fixture.planes.of(gateway).clients()).isEmpty();
        assertThat(client.tunnel().acceptor).isNotNull();

        client.send(new Applied(attached.config().revision(), List.of()));

        client.send(new AclChange(1, AclChange.Operation.ADD, List.of()));
        client.next(AclResult.class);
        assertThat(fixture.planes.of(gateway).clients()).hasSize(1);
    }

    @Test
    void whatAClientOpensBeforeItsFirstWordIsHeldAndThenTaken() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A).neverApplies();
        Attached attached = client.attach(token);
        fixture.settle();
        TestTunnel.Stream stream = new TestTunnel.Stream();
        OpenRequest request = new OpenRequest(
                new DestinationId(gateway.substring(0, 11) + "_9xQ2b"),
                1,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 2),
                Map.of(),
                1);
        client.tunnel()
                .eventLoop()
                .submit(() -> client.tunnel().acceptor.accept(stream, request))
                .syncUninterruptibly();
        assertThat(stream.reply).isNull();

        client.send(new Applied(attached.config().revision(), List.of()));
        client.send(new AclChange(1, AclChange.Operation.ADD, List.of()));
        client.next(AclResult.class);
        client.tunnel().eventLoop().submit(() -> {}).syncUninterruptibly();

        assertThat(stream.reply).isEqualTo(OpenReply.OK);
    }

    @Test
    void aClientThatTalksFasterThanItIsHeardIsReadOnLater() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        client.attach(token);
        for (int i = 0; i < 300; i++) {
            client.send(new Listeners(List.of(new Listeners.Port("d" + i, "listening", "127.0.0.1", 1, ""))));
        }
        client.send(new AclChange(9, AclChange.Operation.ADD, List.of()));
        assertThat(client.next(AclResult.class).request()).isEqualTo(9);
    }

    @Test
    void anythingThatIsNoTokenOfThisServerIsRefusedForGood() {
        Refused refused = fixture.transport.client(ServerFixture.KEY_A).refusedWith(attach("eyJhbGciOi"));

        assertThat(refused.code()).isEqualTo("token-invalid");
        assertThat(refused.retrySeconds()).isEqualTo(Refused.NEVER);
        Event.AttachRefused event = fixture.events.next(Event.AttachRefused.class);
        assertThat(event.gateway()).isNull();
        assertThat(ServerFixture.get(fixture.clients.history(new GatewayId(gateway))))
                .isEmpty();
    }

    @Test
    void whoIsRefusedAgainAndAgainIsToldOfAFewTimes() {
        for (int i = 0; i < 30; i++) {
            fixture.transport.client(ServerFixture.KEY_A).refusedWith(attach("eyJhbGciOi"));
        }
        fixture.settle();
        assertThat(fixture.events.count(Event.AttachRefused.class)).isEqualTo(5);
    }

    @Test
    void aGatewayThatAdmitsNoNewKeysAdmitsThoseThatItKnows() {
        TestClient known = fixture.transport.client(ServerFixture.KEY_A);
        known.attach(token);
        ServerFixture.get(
                fixture.gateways.update(new GatewayId(gateway), new GatewayService.Update(null, false, null, null)));

        Refused refused = fixture.transport.client(ServerFixture.KEY_B).refusedWith(attach(token));
        assertThat(refused.code()).isEqualTo("key-not-admitted");
        assertThat(refused.text()).contains("gateway:update " + gateway + " --admit-new-keys yes");
        fixture.transport.client(ServerFixture.KEY_A).attach(token);
    }

    @Test
    void aRegeneratedTokenRevokesTheOneBeforeAndLeavesItsClientAttached() {
        TestClient before = fixture.transport.client(ServerFixture.KEY_A);
        before.attach(token);
        String next = ServerFixture.get(fixture.gateways.token(new GatewayId(gateway), true, 7))
                .value();

        assertThat(fixture.transport
                        .client(ServerFixture.KEY_A)
                        .refusedWith(attach(token))
                        .code())
                .isEqualTo("token-revoked");
        fixture.transport.client(ServerFixture.KEY_B).attach(next);
        assertThat(before.open()).isTrue();
        assertThat(ServerFixture.get(fixture.gateways.show(new GatewayId(gateway)))
                        .clients())
                .isEqualTo(2);
        assertThat(ServerFixture.get(fixture.clients.history(new GatewayId(gateway))))
                .anySatisfy(entry -> assertThat(entry.end()).isEqualTo("refused: token-revoked"));
    }

    @Test
    void anExpiredTokenIsRefusedWithTheCommandThatMakesAnother() {
        fixture.now.updateAndGet(time -> time.plus(Duration.ofDays(91)));

        Refused refused = fixture.transport.client(ServerFixture.KEY_A).refusedWith(attach(token));

        assertThat(refused.code()).isEqualTo("token-expired");
        assertThat(refused.text()).contains("gateway:token " + gateway + " --regenerate");
    }

    @Test
    void aTokenOfADeletedGatewayIsRefusedAndItsClientsAreSentAway() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        client.attach(token);
        ServerFixture.get(fixture.gateways.delete(new GatewayId(gateway)));

        assertThat(client.next(Terminate.class).mayReturn()).isFalse();
        client.awaitEnd();
        assertThat(fixture.transport
                        .client(ServerFixture.KEY_A)
                        .refusedWith(attach(token))
                        .code())
                .isEqualTo("unknown-gateway");
    }

    @Test
    void aDisabledGatewayKeepsItsClientsAndRefusesNewOnesForNow() {
        TestClient attached = fixture.transport.client(ServerFixture.KEY_A);
        attached.attach(token);
        ServerFixture.get(fixture.gateways.enable(new GatewayId(gateway), false));

        Refused refused = fixture.transport.client(ServerFixture.KEY_B).refusedWith(attach(token));

        assertThat(refused.code()).isEqualTo("gateway-disabled");
        assertThat(refused.retrySeconds()).isPositive();
        assertThat(attached.open()).isTrue();
        assertThat(fixture.planes.of(gateway).last().enabled()).isFalse();
    }

    @Test
    void aBlockedKeyIsSentAwayAndNeverAdmittedAgain() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        client.attach(token);

        int ended =
                ServerFixture.get(fixture.clients.block(ServerFixture.KEY_A)).value();

        assertThat(ended).isEqualTo(1);
        client.awaitEnd();
        assertThat(fixture.transport
                        .client(ServerFixture.KEY_A)
                        .refusedWith(attach(token))
                        .code())
                .isEqualTo("key-blocked");
        fixture.transport.client(ServerFixture.KEY_B).attach(token);
    }

    @Test
    void aReconnectingClientReplacesItsGhostAndKeepsItsId() {
        TestClient ghost = fixture.transport.client(ServerFixture.KEY_A);
        String id = ghost.attach(token).client();

        Attached again = fixture.transport
                .client(ServerFixture.KEY_A)
                .attach(attach(token).replacing(id));

        assertThat(again.client()).isEqualTo(id);
        ghost.awaitEnd();
        assertThat(ServerFixture.get(fixture.clients.list())).hasSize(1);
        assertThat(fixture.events.next(Event.Detached.class).reason()).contains("replaced");
    }

    @Test
    void aStolenIdWithAnotherKeyReplacesNobody() {
        TestClient victim = fixture.transport.client(ServerFixture.KEY_A);
        String id = victim.attach(token).client();

        Attached other = fixture.transport
                .client(ServerFixture.KEY_B)
                .attach(attach(token).replacing(id));

        assertThat(other.client()).isNotEqualTo(id);
        assertThat(victim.open()).isTrue();
    }

    @Test
    void aCopiedDataDirectoryMakesTwoClients() {
        String one = fixture.transport.client(ServerFixture.KEY_A).attach(token).client();
        String two = fixture.transport.client(ServerFixture.KEY_A).attach(token).client();

        assertThat(one).isNotEqualTo(two);
        assertThat(ServerFixture.get(fixture.clients.list())).hasSize(2);
    }

    @Test
    void aTunnelThatContinuesAClientTakesItOverAndTheOldOneDrains() {
        TestClient old = fixture.transport.client(ServerFixture.KEY_A);
        String id = old.attach(token).client();

        TestClient renewed = fixture.transport.client(ServerFixture.KEY_A);
        Attached attached = renewed.attach(attach(token).continuing(id));

        assertThat(attached.client()).isEqualTo(id);
        old.awaitEnd();
        assertThat(old.tunnel().drained).isNotNull();
        fixture.settle();
        assertThat(ServerFixture.get(fixture.clients.list())).hasSize(1);
        assertThat(renewed.open()).isTrue();
    }

    @Test
    void aClientThatAttachesNoNewTunnelKeepsTheOneThatItHas() throws Exception {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        client.attach(token);
        fixture.settle();
        CountDownLatch over = new CountDownLatch(1);
        ServerFixture.get(fixture.server.ask(() -> {
            fixture.server.attachments().renew("its certificate changes");
            fixture.server.thread().after(Duration.ofMillis(100), over::countDown);
            return CompletableFuture.completedFuture(true);
        }));

        assertThat(client.next(Renew.class).reason()).isEqualTo("its certificate changes");
        assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
        fixture.settle();
        assertThat(client.tunnel().drained).isNull();
        assertThat(client.open()).isTrue();
    }

    @Test
    void whatIsReadAfterTheTunnelHasClosedIsNotHeard() throws Exception {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        client.tunnel().lost();
        fixture.settle();

        client.send(attach(token));
        for (int turn = 0; turn < 3; turn++) { // from loop to loop, and into the stream's pipeline
            client.tunnel().eventLoop().submit(() -> {}).get(5, TimeUnit.SECONDS);
        }
        fixture.settle();

        assertThat(fixture.store.snapshot().keys()).isEmpty();
        assertThat(fixture.planes.of(gateway).clients()).isEmpty();
    }

    @Test
    void aSecondAttachOnOneTunnelEndsIt() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        client.attach(token);
        client.send(attach(token));
        client.awaitEnd();
    }

    @Test
    void noiseInPlaceOfAnAttachIsRefused() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        client.sendNoise();
        assertThat(client.next(Refused.class).code()).isEqualTo("malformed");
        client.awaitEnd();
    }

    @Test
    void anotherMessageInPlaceOfAnAttachIsRefused() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        client.send(new Detach("before it began"));
        assertThat(client.next(Refused.class).code()).isEqualTo("malformed");
    }

    @Test
    void aClientThatDetachesIsGoneWithItsReason() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        client.attach(token);
        client.send(new Detach("the operator went home"));
        assertThat(fixture.events.next(Event.Detached.class).reason()).isEqualTo("the operator went home");
        assertThat(ServerFixture.get(fixture.clients.list())).isEmpty();
    }

    @Test
    void whileTheRegistryIsAwayAttachesAreRefusedForAMomentAndTunnelsLiveOn() {
        TestClient attached = fixture.transport.client(ServerFixture.KEY_A);
        attached.attach(token);
        fixture.registry.unbindRegistry(fixture.store);

        Refused refused = fixture.transport.client(ServerFixture.KEY_B).refusedWith(attach(token));

        assertThat(refused.code()).isEqualTo("unavailable");
        assertThat(refused.retrySeconds()).isBetween(1L, 10L);
        assertThat(refused.text()).contains("registry");
        assertThat(attached.open()).isTrue();
        fixture.registry.bindRegistry(fixture.store);
        fixture.transport.client(ServerFixture.KEY_B).attach(token);
    }

    @Test
    void aKeyThatCannotBeRememberedIsNotAdmitted() {
        fixture.store.fillUp();

        Refused refused = fixture.transport.client(ServerFixture.KEY_A).refusedWith(attach(token));

        assertThat(refused.code()).isEqualTo("unavailable");
        assertThat(refused.text()).contains("no space left");
    }

    @Test
    void anOpenGatewayTakesItsDescriptorAndAnotherOneSaysThatItNeedsAToken() {
        String open = ServerFixture.get(fixture.gateways.create("lab", 0, false))
                .value()
                .id();
        String descriptor = fixture.token(open);
        Attach attach = Attach.withDescriptor(descriptor, "laptop", "1.0");
        fixture.transport.client(ServerFixture.KEY_A).attach(attach);

        String closed = fixture.keys.issue(new TokenClaims(
                new GatewayId(gateway), 1, fixture.now.get(), null, List.of(), "x", TestAuthority.PIN, false));
        String unknown = fixture.keys.issue(new TokenClaims(
                new GatewayId("AAAAAAAAAAA_local"),
                1,
                fixture.now.get(),
                null,
                List.of(),
                "x",
                TestAuthority.PIN,
                false));

        Refused first = fixture.transport
                .client(ServerFixture.KEY_B)
                .refusedWith(Attach.withDescriptor(closed, "laptop", "1.0"));
        Refused second = fixture.transport
                .client(ServerFixture.KEY_B)
                .refusedWith(Attach.withDescriptor(unknown, "laptop", "1.0"));
        assertThat(first.code()).isEqualTo("token-required");
        assertThat(second.code()).isEqualTo("token-required");
        assertThat(second.text().replace("AAAAAAAAAAA_local", gateway)).isEqualTo(first.text());
    }
}
