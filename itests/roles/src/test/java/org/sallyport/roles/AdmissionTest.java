// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.ClientId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.ClientIdentity;
import org.sallyport.api.pki.TokenAuthority;
import org.sallyport.api.pki.TokenClaims;
import org.sallyport.api.service.ClientHistory;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.GatewayService;
import org.sallyport.api.service.GatewayView;
import org.sallyport.api.service.Outcome;

/** Who may attach, who is refused and with which words, and what the server remembers of it. */
@Timeout(120)
final class AdmissionTest {
    @RegisterExtension
    private final Site site = new Site();

    @Test
    void aTokenThatWasReplacedIsRefusedAndAttachedClientsGoOn() {
        ClientNode client = site.client("client");
        client.attach(site.token(), site.server().tunnel());
        String next = Node.changed(site.server().get(GatewayService.class).token(site.gateway(), true, 30));

        assertRefused(client, site.token(), "token-revoked");
        client.attach(next, site.server().tunnel());

        assertThat(Node.done(site.server().get(ClientService.class).list())).hasSize(2);
    }

    @Test
    void aTokenThatWasAlteredIsRefused() {
        String token = site.token();
        String altered = token.substring(0, token.length() - 4) + (token.endsWith("AAAA") ? "BBBB" : "AAAA");

        assertRefused(site.client("client"), altered, "token-invalid");
    }

    @Test
    void aTokenThatExpiredIsRefusedAndTheReasonSaysSinceWhen() {
        TokenAuthority authority = site.server().get(TokenAuthority.class);
        TokenClaims claims = authority.verify(site.token());
        Instant past = claims.issued().minus(Duration.ofDays(1));
        String expired = authority.issue(new TokenClaims(
                claims.gateway(),
                claims.serial(),
                past.minus(Duration.ofDays(1)),
                past,
                claims.addresses(),
                claims.serverName(),
                claims.pin(),
                true));

        assertRefused(site.client("client"), expired, "expired at " + past);
    }

    @Test
    void whatIsNoTokenIsRefusedWithoutAConnectionAndNotRepeated() {
        ClientNode client = site.client("client");
        String token = site.token();

        assertThatThrownBy(() -> client.attach("nonsense", site.server().tunnel()))
                .cause()
                .hasMessageContaining("token")
                .hasMessageNotContaining("nonsense");
        for (int length : new int[] {token.indexOf('.'), token.length() / 2, token.length() - 5}) {
            assertThatThrownBy(() -> client.attach(
                            token.substring(0, length), site.server().tunnel()))
                    .cause()
                    .hasMessageContaining("cut off");
        }
        assertThat(site.server().count(Event.AttachRefused.class)).isZero();
    }

    @Test
    void aGatewayThatWasDeletedIsUnknownAndItsClientsAreEndedForGood() {
        ClientNode client = site.client("client");
        client.attach(site.token(), site.server().tunnel());

        Node.changed(site.server().get(GatewayService.class).delete(site.gateway()));

        assertThat(client.await(Event.Detached.class).reason()).contains("was deleted");
        assertRefused(client, site.token(), "unknown-gateway");
    }

    @Test
    void aBlockedKeyIsEndedAndRefusedAndAnotherIsNot() {
        ClientNode client = site.client("client");
        client.attach(site.token(), site.server().tunnel());
        String key = client.get(ClientIdentity.class).fingerprint();

        assertThat(Node.changed(site.server().get(ClientService.class).block(key)))
                .isEqualTo(1);

        client.await(Event.Detached.class);
        assertRefused(client, site.token(), "key-blocked");
        site.client("other").attach(site.token(), site.server().tunnel());
    }

    @Test
    void aGatewayWithoutATokenIsOpenedByItsDescriptor() {
        GatewayService gateways = site.server().get(GatewayService.class);
        Outcome<GatewayView> open = Node.done(gateways.create("open", 0, false));
        assertThat(open.warnings()).singleElement().asString().contains("is open");
        GatewayId id = new GatewayId(open.value().id());
        String descriptor = Node.done(gateways.token(id, false, null)).value();

        assertThat(site.client("client")
                        .attach(descriptor, site.server().tunnel())
                        .belongsTo(id))
                .isTrue();
    }

    @Test
    void historyTellsWhoCameWhoWasRefusedAndWhyTheyWentLatestFirst() {
        ClientNode client = site.client("client");
        ClientId id = client.attach(site.token(), site.server().tunnel());
        String key = client.get(ClientIdentity.class).fingerprint();
        Node.changed(site.server().get(GatewayService.class).token(site.gateway(), true, 30));
        assertRefused(site.client("late"), site.token(), "token-revoked");
        Node.done(site.server().get(ClientService.class).terminate(id));
        site.server().await(Event.Detached.class);

        assertThat(Node.done(site.server().get(ClientService.class).history(site.gateway())))
                .satisfiesExactly(
                        refused -> {
                            assertThat(refused.client()).isEmpty();
                            assertThat(refused.end()).contains("token-revoked");
                        },
                        ended -> {
                            assertThat(ended)
                                    .extracting(ClientHistory::client, ClientHistory::key)
                                    .containsExactly(id.value(), key);
                            assertThat(ended.end()).contains("terminated");
                            assertThat(ended.until()).isAfterOrEqualTo(ended.since());
                        });
    }

    private void assertRefused(ClientNode client, String shown, String reason) {
        assertThatThrownBy(() -> client.attach(shown, site.server().tunnel()))
                .cause()
                .hasMessageContaining(reason);
    }
}
