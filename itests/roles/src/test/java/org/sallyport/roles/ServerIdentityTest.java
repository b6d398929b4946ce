// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.ClientId;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.TokenAuthority;
import org.sallyport.api.pki.TokenClaims;
import org.sallyport.api.service.AttachmentService;
import org.sallyport.api.service.Outcome;

/** A client shows its token to the server that the token names and to no other. */
@Timeout(120)
final class ServerIdentityTest {
    private static final String OTHER_PIN = "0123456789abcdef".repeat(4);

    @RegisterExtension
    private final Site site = new Site();

    @Test
    void aTokenOfAnotherServerIsNotShown() {
        ServerNode other = site.server("other");

        assertNotShown(other.token(other.gateway("elsewhere")), "was not issued by the CA that the token names");
    }

    @Test
    void aServerWithTheRightNameAndAnotherKeyIsNotBelieved() {
        TokenClaims claims = claims();

        assertNotShown(token(claims.serverName(), OTHER_PIN), "was not issued by the CA that the token names");
    }

    @Test
    void aServerWithTheRightKeyAndAnotherNameIsNotBelieved() {
        TokenClaims claims = claims();

        assertNotShown(token("another.sallyport", claims.pin()), "expected another.sallyport");
    }

    private TokenClaims claims() {
        return site.server().get(TokenAuthority.class).verify(site.token());
    }

    /** A token as this server would give, but for what it says of the server. */
    private String token(String serverName, String pin) {
        TokenClaims claims = claims();
        return site.server()
                .get(TokenAuthority.class)
                .issue(new TokenClaims(
                        claims.gateway(),
                        claims.serial(),
                        claims.issued(),
                        claims.expires(),
                        claims.addresses(),
                        serverName,
                        pin,
                        true));
    }

    private void assertNotShown(String token, String reason) {
        ClientNode client = site.client("client");
        client.await(Event.ClientReady.class);

        Outcome<List<ClientId>> outcome = Node.done(client.get(AttachmentService.class)
                .attach(token, 1, site.server().tunnel()));

        // it is tried again, for the right server may come back to this address
        assertThat(outcome.value()).isEmpty();
        assertThat(outcome.warnings()).singleElement().asString().contains(reason);
        assertThat(site.server().count(Event.AttachRefused.class)).isZero();
        assertThat(site.server().count(Event.Attached.class)).isZero();
    }
}
