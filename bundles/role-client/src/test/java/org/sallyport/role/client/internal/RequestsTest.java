// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sallyport.role.client.internal.RoleWorld.GATEWAY;
import static org.sallyport.role.client.internal.RoleWorld.OTHER;
import static org.sallyport.role.client.internal.RoleWorld.client;
import static org.sallyport.role.client.internal.RoleWorld.config;
import static org.sallyport.role.client.internal.RoleWorld.launch;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sallyport.api.AclRule;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.api.service.AclView;
import org.sallyport.api.service.Outcome;
import org.sallyport.api.service.Refusal;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.AclChange;
import org.sallyport.wire.control.AclEntry;
import org.sallyport.wire.control.AclResult;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.ControlEncoder;
import org.sallyport.wire.control.RefusalCode;
import org.sallyport.wire.control.Refused;

/** What operators ask of a client that runs: tunnel:attach, tunnel:detach, acl:… */
final class RequestsTest {
    private static final AclRule RULE = AclRule.parse(AclRule.Action.ALLOW, "web:443");

    private final RoleWorld world = new RoleWorld().start(launch(1), Map.of());

    @Test
    void attachingReturnsTheIdsOnceAllAreAttached() {
        CompletableFuture<Outcome<List<ClientId>>> outcome = attach("token " + GATEWAY, 2, null);
        world.accepts(world.tunnel(0), client(1), config(1));
        assertThat(outcome).isNotDone();
        world.accepts(world.tunnel(1), client(2), config(1));

        assertThat(outcome.join().value()).containsExactly(new ClientId(client(1)), new ClientId(client(2)));
        assertThat(outcome.join().warnings()).isEmpty();
    }

    @Test
    void aRefusalFailsTheRequestAndNothingOfItIsKept() {
        CompletableFuture<Outcome<List<ClientId>>> outcome = attach("token " + GATEWAY, 2, null);
        world.accepts(world.tunnel(0), client(1), config(1));

        world.says(world.tunnel(1), Refused.of(RefusalCode.TOO_MANY_CLIENTS, "1 of 1 clients are attached", 30));
        world.serial.advance(Duration.ofMinutes(5));

        assertRefused(outcome, Refusal.Reason.UNAVAILABLE, "too-many-clients: 1 of 1 clients are attached");
        assertThat(world.events(Event.AttachRefused.class).get(0).retry()).isNull();
        assertThat(world.tunnel(0).closed.isDone()).isTrue();
        assertThat(world.tunnels).hasSize(2);
        assertThat(world.role.attachments()).isEmpty();
        assertThat(world.events(Event.NothingLeftToAttach.class)).isEmpty();
        assertThat(world.plane.planes.get(GATEWAY).closed).isDone();
    }

    @Test
    void whatIsNotAttachedInTimeIsWarnedOfAndTriedOn() {
        world.reachable = false;
        CompletableFuture<Outcome<List<ClientId>>> outcome = attach("token " + GATEWAY, 1, new HostPort("10.0.0.1", 9));
        world.serial.advance(AttachCall.LIMIT);

        assertThat(outcome.join().value()).isEmpty();
        assertThat(outcome.join().warnings())
                .singleElement()
                .asString()
                .startsWith("not attached to " + GATEWAY + " yet (10.0.0.1:9: connection refused")
                .endsWith("this client keeps trying: tunnel:list shows how it goes, tunnel:detach " + GATEWAY
                        + " ends it");
        assertThat(world.role.attachments()).hasSize(1);
        world.reachable = true;
        world.serial.advance(Duration.ofSeconds(10));
        assertThat(world.tunnels).hasSize(1);
    }

    @Test
    void onlyThoseThatAreAttachedWhenTheTimeIsOverAreNamed() {
        CompletableFuture<Outcome<List<ClientId>>> outcome = attach("token " + GATEWAY, 4, null);
        world.accepts(world.tunnel(0), client(1), config(1));
        world.accepts(world.tunnel(1), client(2), config(1));
        world.cuts(world.tunnel(0), "lost");
        world.serial.advance(AttachCall.LIMIT);

        assertThat(outcome.join().value()).containsExactly(new ClientId(client(2)));
        assertThat(outcome.join().warnings()).doesNotHaveDuplicates().isNotEmpty();
    }

    @Test
    void aRequestIsNotToldThatAClientWhichStopsKeepsTrying() {
        world.reachable = false;
        CompletableFuture<Outcome<List<ClientId>>> outcome = attach("token " + GATEWAY, 1, null);

        begin(stage(world.role.stop()));

        assertRefused(outcome, Refusal.Reason.UNAVAILABLE, "this client stops");
    }

    @Test
    void whatIsNoTokenIsRefusedAtOnce() {
        assertRefused(attach("nonsense", 1, null), Refusal.Reason.INVALID, "truncated");
        assertRefused(attach("token " + GATEWAY, 65, null), Refusal.Reason.INVALID, "expected 1 to 64");
        world.role.partRemoved(world.reader);
        assertRefused(attach("token " + GATEWAY, 1, null), Refusal.Reason.UNAVAILABLE, "cannot read tokens now");
    }

    @Test
    void aTokenOfAnotherServerForAGatewayThatIsHeldIsRefused() {
        begin(attach("token " + GATEWAY, 1, null));

        assertRefused(
                attach("token " + GATEWAY + " y.sallyport", 1, null), Refusal.Reason.CONFLICT, "server x.sallyport");
        assertThat(world.tunnels).hasSize(1);

        world.accepts(world.tunnel(0), client(1), config(1));
        begin(detach(client(1)));
        begin(attach("token " + GATEWAY + " y.sallyport", 1, null));
        assertThat(world.tunnels).hasSize(2);
    }

    @Test
    void detachingEndsOneAndLeavesTheOthers() {
        begin(attach("token " + GATEWAY, 2, null));
        world.accepts(world.tunnel(0), client(1), config(1));
        world.accepts(world.tunnel(1), client(2), config(1));
        world.tunnel(0).openStreams = 3;

        CompletableFuture<Outcome<ClientId>> outcome = detach(client(1));
        assertThat(world.tunnel(0).drainedFor).isEqualTo(Duration.ofSeconds(5));
        assertThat(world.plane.planes.get(GATEWAY).closed).isNotDone();
        world.cuts(world.tunnel(0), "drained");

        assertThat(outcome.join().value()).isEqualTo(new ClientId(client(1)));
        world.serial.advance(Duration.ofMinutes(5));
        assertThat(world.tunnels).hasSize(2);
        begin(detach(client(2)));
        assertThat(world.tunnel(1).closed.isDone()).isTrue();
        assertThat(world.plane.planes.get(GATEWAY).closed).isDone();
        assertThat(world.role.attachments()).isEmpty();
        assertThat(world.events(Event.NothingLeftToAttach.class)).isEmpty();
    }

    @Test
    void anAttachmentThatIsOnItsWayBackCanBeDetachedByItsFormerId() {
        begin(attach("token " + GATEWAY, 1, null));
        world.accepts(world.tunnel(0), client(1), config(1));
        world.reachable = false;
        world.cuts(world.tunnel(0), "lost");

        assertThat(detach(client(1))).isCompleted();
        int tries = world.targets.size();
        world.serial.advance(Duration.ofMinutes(5));
        assertThat(world.targets).hasSize(tries);
    }

    @Test
    void whatWasNeverAttachedIsDetachedByItsGateway() {
        world.reachable = false;
        begin(attach("token " + GATEWAY, 2, null));

        CompletableFuture<Outcome<Integer>> outcome =
                stage(world.role.requests().detachAll(GATEWAY));

        assertThat(outcome.join().value()).isEqualTo(2);
        assertThat(world.role.attachments()).isEmpty();
        int tries = world.targets.size();
        world.serial.advance(Duration.ofMinutes(5));
        assertThat(world.targets).hasSize(tries);
        begin(attach("token " + GATEWAY + " y.sallyport", 1, null));
    }

    @Test
    void aGatewayThatWasLeftCanBeAttachedAgain() {
        begin(attach("token " + GATEWAY, 1, null));
        world.accepts(world.tunnel(0), client(1), config(5));
        begin(detach(client(1)));

        CompletableFuture<Outcome<List<ClientId>>> again = attach("token " + GATEWAY, 1, null);
        world.accepts(world.tunnel(1), client(2), config(3));

        assertThat(again.join().value()).containsExactly(new ClientId(client(2)));
        assertThat(world.plane.planes.get(GATEWAY).last().revision()).isEqualTo(3);
    }

    @Test
    void whatIsNotAttachedCannotBeDetached() {
        assertRefused(detach(client(1)), Refusal.Reason.NOT_FOUND, "tunnel:list");
    }

    @Test
    void theAclIsShownAsItIsInForceHere() {
        begin(attach("token " + GATEWAY, 1, null));
        assertRefused(stage(world.role.acls().show(OTHER)), Refusal.Reason.NOT_FOUND, "not attached to gateway");
        world.accepts(world.tunnel(0), client(1), config(1));

        assertThat(stage(world.role.acls().show(GATEWAY)).join())
                .isEqualTo(new AclView(
                        GATEWAY.value(),
                        List.of(new AclView.Rule("allow", "db", 5432, "")),
                        "deny",
                        "both",
                        List.of()));
    }

    @Test
    void anEditIsAskedOfTheServerAndDoneWhenItIsInForceHere() {
        begin(attach("token " + GATEWAY, 1, null));
        world.accepts(world.tunnel(0), client(1), config(1));

        CompletableFuture<Outcome<AclView>> outcome = stage(world.role.acls().put(GATEWAY, RULE));
        AclChange asked = world.tunnel(0).last(AclChange.class);
        assertThat(asked.operation()).isEqualTo(AclChange.Operation.ADD);
        assertThat(asked.rules()).containsExactly(new AclEntry(true, "web", 443, ""));
        world.says(world.tunnel(0), new AclResult(asked.request(), true, ""));
        assertThat(outcome).isNotDone();
        world.says(
                world.tunnel(0), withRules(2, new AclEntry(true, "db", 5432, ""), new AclEntry(true, "web", 443, "")));

        assertThat(outcome.join().value().rules()).hasSize(2);
        assertThat(outcome.join().warnings()).isEmpty();
    }

    @Test
    void removingNamesTheRuleAndReplacingAll() {
        begin(attach("token " + GATEWAY, 1, null));
        world.accepts(world.tunnel(0), client(1), config(1));

        assertRefused(
                stage(world.role.acls().remove(GATEWAY, "web:443")),
                Refusal.Reason.NOT_FOUND,
                "no ACL rule for web:443");
        begin(stage(world.role.acls().remove(GATEWAY, "db:5432")));
        assertThat(world.tunnel(0).last(AclChange.class).rules()).containsExactly(new AclEntry(true, "db", 5432, ""));
        assertThat(world.tunnel(0).last(AclChange.class).operation()).isEqualTo(AclChange.Operation.REMOVE);
        begin(stage(world.role.acls().replace(GATEWAY, List.of(RULE))));
        assertThat(world.tunnel(0).last(AclChange.class).operation()).isEqualTo(AclChange.Operation.REPLACE);
    }

    @Test
    void moreRulesThanAMessageHoldsAreRefusedAndTheTunnelStays() throws Exception {
        begin(attach("token " + GATEWAY, 1, null));
        world.accepts(world.tunnel(0), client(1), config(1));

        assertRefused(
                stage(world.role.acls().replace(GATEWAY, rules(2000))),
                Refusal.Reason.INVALID,
                "expected at most 57344 of a client, about a thousand rules; acl:load at the server takes a longer list;"
                        + " nothing was changed");
        assertThat(world.tunnel(0).closed.isDone()).isFalse();

        begin(stage(world.role.acls().replace(GATEWAY, rules(1300))));
        AclChange sent = world.tunnel(0).last(AclChange.class);
        assertThat(sent.rules()).hasSize(1300);
        ByteBuf out = Unpooled.buffer();
        new ControlEncoder(TunnelProtocol.MAX_CLIENT_MESSAGE).write(sent, out);
        assertThat(out.readableBytes()).isBetween(48_000, 57_344);
        out.release();
    }

    private static List<AclRule> rules(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> AclRule.parse(AclRule.Action.ALLOW, "[10.20." + i / 250 + "." + i % 250 + "]:5432"))
                .toList();
    }

    @Test
    void anotherServersAnswerToAnEditDoesNotCount() {
        begin(attach("token " + GATEWAY, 1, null));
        world.accepts(world.tunnel(0), client(1), config(1));
        begin(attach("token " + RoleWorld.OTHER + " y.sallyport", 1, null));
        world.accepts(world.tunnel(1), RoleWorld.OTHER.stem() + "_C01", config(RoleWorld.OTHER, 1));

        CompletableFuture<Outcome<AclView>> outcome = stage(world.role.acls().put(GATEWAY, RULE));
        long request = world.tunnel(0).last(AclChange.class).request();
        world.says(world.tunnel(1), new AclResult(request, false, "said by another"));
        assertThat(outcome).isNotDone();
        world.says(world.tunnel(0), new AclResult(request, false, "said by its own"));

        assertRefused(outcome, Refusal.Reason.FORBIDDEN, "said by its own");
    }

    @Test
    void anEditThatTheServerRefusesOrDoesNotAnswerFails() {
        begin(attach("token " + GATEWAY, 1, null));
        world.accepts(world.tunnel(0), client(1), config(1));

        CompletableFuture<Outcome<AclView>> refused = stage(world.role.acls().put(GATEWAY, RULE));
        long request = world.tunnel(0).last(AclChange.class).request();
        world.says(world.tunnel(0), new AclResult(request, false, "only the server's operators edit it"));
        assertRefused(refused, Refusal.Reason.FORBIDDEN, "only the server's operators edit it");

        CompletableFuture<Outcome<AclView>> silent = stage(world.role.acls().put(GATEWAY, RULE));
        world.serial.advance(Duration.ofSeconds(5));
        assertRefused(silent, Refusal.Reason.UNAVAILABLE, "did not answer within 5 s");

        world.cuts(world.tunnel(0), "lost");
        assertRefused(
                stage(world.role.acls().put(GATEWAY, RULE)), Refusal.Reason.UNAVAILABLE, "is not attached to gateway");
    }

    private CompletableFuture<Outcome<List<ClientId>>> attach(String token, int tunnels, HostPort server) {
        return stage(world.role.requests().attach(token, tunnels, server));
    }

    private CompletableFuture<Outcome<ClientId>> detach(String client) {
        return stage(world.role.requests().detach(new ClientId(client)));
    }

    /** For what its effect is looked at instead. */
    private static void begin(CompletableFuture<?> outcome) {
        assertThat(outcome).isNotCancelled();
    }

    private <T> CompletableFuture<T> stage(CompletionStage<T> stage) {
        world.serial.run();
        return stage.toCompletableFuture();
    }

    private static Config withRules(long revision, AclEntry... rules) {
        return new Config(revision, GATEWAY.value(), "office", true, true, List.of(), List.of(rules));
    }

    private static void assertRefused(CompletableFuture<?> outcome, Refusal.Reason reason, String text) {
        assertThat(outcome).isCompletedExceptionally();
        assertThatThrownBy(outcome::join).cause().isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.reason()).isEqualTo(reason);
            assertThat(refusal).hasMessageContaining(text);
        });
    }
}
