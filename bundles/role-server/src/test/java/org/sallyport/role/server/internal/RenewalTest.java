// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.ClientId;
import org.sallyport.api.DestinationId;
import org.sallyport.api.service.ClientView;
import org.sallyport.api.service.TunnelView;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.wire.control.AclChange;
import org.sallyport.wire.control.AclResult;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.Detach;
import org.sallyport.wire.control.Drain;
import org.sallyport.wire.control.Refused;
import org.sallyport.wire.control.Renew;
import org.sallyport.wire.control.Terminate;

/** A client attaches a tunnel that continues the one that it has, and something comes between. */
@Timeout(30)
final class RenewalTest {
    private ServerFixture fixture;
    private String gateway;
    private String token;
    private TestClient old;
    private String id;

    @BeforeEach
    void start() {
        fixture = new ServerFixture();
        gateway = fixture.gateway();
        token = fixture.token(gateway);
        old = fixture.transport.client(ServerFixture.KEY_A);
        id = old.attach(token).client();
        heard(old);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void aClientIsAskedForANewTunnelWhenItsOwnWearsOut() {
        old.tunnel().worn.setSuccess("its stream IDs come to an end");

        assertThat(old.next(Renew.class).reason()).isEqualTo("its stream IDs come to an end");
    }

    @Test
    void aTunnelThatIsContinuedAlreadyIsNotAskedFor() {
        old.tunnel().carries = true;
        TestClient renewed = renewing(false);
        old.tunnel().worn.setSuccess("its stream IDs come to an end");
        renewed.tunnel().worn.setSuccess("the new one, too");

        assertThat(renewed.next(Renew.class).reason()).isEqualTo("the new one, too");
        old.close();
        heard(renewed);
    }

    @Test
    void aNewTunnelThatIsLostBeforeItIsInUseLeavesTheOldOneAsItWas() {
        TestClient renewed = renewing(true);
        fixture.settle();
        renewed.close();
        renewed.awaitEnd();

        fixture.destination(gateway);
        Config pushed = old.next(Config.class);
        old.send(new Applied(pushed.revision(), List.of()));
        heard(old);
        assertThat(old.tunnel().drained).isNull();
        assertThat(clients()).containsExactly(id);
        assertThat(tunnels()).containsExactly("attached");

        TestClient again = renewing(false);
        old.awaitEnd();
        heard(again);
        assertThat(clients()).containsExactly(id);
    }

    @Test
    void whatAClientAsksForOnTheOldTunnelIsAnsweredThere() {
        old.tunnel().carries = true;
        heard(renewing(false));

        heard(old);
    }

    @Test
    void bothTunnelsOfOneClientAreListedAsThatClient() {
        old.tunnel().carries = true;
        TestClient renewed = renewing(false);
        heard(renewed);

        assertThat(clients()).containsExactly(id);
        assertThat(tunnels()).containsExactly("draining", "attached");
    }

    @Test
    void whatAnOvertakenTunnelHeldIsTakenAllTheSame() {
        TestClient slow = renewing(true);
        slow.tunnel().carries = true;
        TestTunnel.Stream stream = new TestTunnel.Stream();
        OpenRequest request = new OpenRequest(
                new DestinationId(gateway.substring(0, 11) + "_9xQ2b"),
                1,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 2),
                Map.of(),
                1);
        slow.tunnel()
                .eventLoop()
                .submit(() -> slow.tunnel().acceptor.accept(stream, request))
                .syncUninterruptibly();
        TestClient fast = renewing(false);
        heard(fast);
        assertThat(stream.reply).isNull();

        slow.send(new Applied(0, List.of()));
        slow.close();
        slow.awaitEnd();
        heard(fast);
        assertThat(stream.reply).isEqualTo(OpenReply.OK);
        assertThat(slow.tunnel().drained).isNotNull();
        assertThat(fast.tunnel().drained).isNull();
    }

    @Test
    void aClientThatIsTerminatedDuringARenewalLosesBothTunnels() {
        TestClient renewed = renewing(true);
        fixture.settle();

        ServerFixture.get(fixture.clients.terminate(new ClientId(id)));

        assertThat(old.next(Terminate.class).mayReturn()).isFalse();
        assertThat(renewed.next(Terminate.class).mayReturn()).isFalse();
        old.awaitEnd();
        renewed.awaitEnd();
        fixture.settle();
        assertThat(clients()).isEmpty();
    }

    @Test
    void aClientThatDetachesDuringARenewalIsDetached() {
        TestClient renewed = renewing(true);
        fixture.settle();
        old.send(new Detach("it goes"));
        old.awaitEnd();
        renewed.close();
        renewed.awaitEnd();
        fixture.settle();

        assertThat(clients()).isEmpty();
    }

    @Test
    void aClientThatIsDrainedIsNotContinuedByATunnelThatWasOnItsWay() {
        old.tunnel().carries = true;
        var drained = fixture.clients.drain(new ClientId(id));
        old.next(Drain.class);

        Refused refused = fixture.transport.client(ServerFixture.KEY_A).refusedWith(attach().continuing(id));

        assertThat(refused.code()).isEqualTo("draining");
        assertThat(refused.retrySeconds()).isPositive();
        old.close();
        assertThat(ServerFixture.get(drained).warnings()).isEmpty();
        assertThat(fixture.transport
                        .client(ServerFixture.KEY_A)
                        .attach(attach().replacing(id))
                        .client())
                .isEqualTo(id);
    }

    @Test
    void aDrainReachesTheTunnelThatIsContinued() {
        old.tunnel().carries = true;
        TestClient renewed = renewing(false);
        heard(renewed);
        renewed.tunnel().carries = true;
        assertThat(old.tunnel().drained).hasHours(1);

        var drained = fixture.clients.drain(new ClientId(id));

        assertThat(old.next(Drain.class).deadlineMillis()).isEqualTo(1000);
        renewed.next(Drain.class);
        assertThat(old.tunnel().drained).hasSeconds(1);
        old.close();
        renewed.close();
        ServerFixture.get(drained);
    }

    @Test
    void whatAContinuedTunnelCarriesOutlivesTheLossOfTheNewOneAndIsStillTheClients() {
        old.tunnel().carries = true;
        TestClient renewed = renewing(false);
        heard(renewed);
        renewed.close();
        renewed.awaitEnd();
        fixture.settle();
        assertThat(clients()).isEmpty();
        assertThat(old.open()).isTrue();

        TestClient back = fixture.transport.client(ServerFixture.KEY_A);
        assertThat(back.attach(attach().replacing(id)).client()).isEqualTo(id);
        heard(back);
        assertThat(old.open()).isTrue();
        assertThat(clients()).containsExactly(id);
        assertThat(tunnels()).containsExactly("draining", "attached");

        ServerFixture.get(fixture.clients.terminate(new ClientId(id)));
        old.awaitEnd();
        back.awaitEnd();
    }

    @Test
    void aGhostThatIsReplacedLeavesWhatItsFormerTunnelCarries() {
        old.tunnel().carries = true;
        TestClient ghost = renewing(false);
        heard(ghost);

        TestClient back = fixture.transport.client(ServerFixture.KEY_A);
        back.attach(attach().replacing(id));
        ghost.awaitEnd();
        heard(back);

        assertThat(old.open()).isTrue();
        assertThat(tunnels()).containsExactly("draining", "attached");
    }

    @Test
    void aKeyThatIsBlockedLosesTheTunnelThatOutlivesItsClient() {
        old.tunnel().carries = true;
        TestClient renewed = renewing(false);
        heard(renewed);
        renewed.close();
        renewed.awaitEnd();
        fixture.settle();

        ServerFixture.get(fixture.clients.block(ServerFixture.KEY_A));

        old.next(Terminate.class);
        old.awaitEnd();
    }

    @Test
    void tunnelsOfOneClientDoNotPileUp() {
        old.tunnel().carries = true;
        TestClient last = old;
        for (int i = 0; i < 40; i++) {
            last = renewing(false);
            last.tunnel().carries = true;
            heard(last);
        }
        old.awaitEnd();
        assertThat(tunnels()).hasSizeLessThanOrEqualTo(17);
        assertThat(last.open()).isTrue();
    }

    private Attach attach() {
        return Attach.withToken(token, "laptop", "1.0");
    }

    /** A tunnel that continues the client. */
    private TestClient renewing(boolean silent) {
        TestClient next = fixture.transport.client(ServerFixture.KEY_A);
        if (silent) {
            next.neverApplies();
        }
        Attached attached = next.attach(attach().continuing(id));
        assertThat(attached.client()).isEqualTo(id);
        return next;
    }

    /** Returns when the server has heard all that a client said. */
    private static void heard(TestClient client) {
        client.send(new AclChange(1, AclChange.Operation.ADD, List.of()));
        client.next(AclResult.class);
    }

    private List<String> clients() {
        return ServerFixture.get(fixture.clients.list()).stream()
                .map(ClientView::id)
                .toList();
    }

    private List<String> tunnels() {
        return fixture.tunnels.tunnels().stream().map(TunnelView::state).toList();
    }
}
