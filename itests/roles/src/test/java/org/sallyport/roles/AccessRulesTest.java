// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.AclRule;
import org.sallyport.api.DestinationId;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.ClientIdentity;
import org.sallyport.api.service.AclService;
import org.sallyport.api.service.AclView;
import org.sallyport.api.service.DestinationService;
import org.sallyport.api.service.DestinationView;

/** What a client dials: what the gateway's ACL and its own ceiling both allow. */
@Timeout(120)
final class AccessRulesTest {
    @RegisterExtension
    private final Site site = new Site();

    @Test
    void whatTheAclDoesNotAllowIsNotDialledAndTheReasonSaysWhatWouldAllowIt() {
        HostPort resource = site.resource().address();
        DestinationView inward = site.server().onPremises(site.gateway(), "inward", resource);
        ClientNode client = site.client("client");
        client.attach(site.token(), site.server().tunnel());
        HostPort listen = ServerNode.local(inward.listen());
        site.server().await(inward, "blocked");

        assertThat(Named.ask(listen, "x")).isEmpty();
        assertThat(test(inward)).anySatisfy(leg -> {
            assertThat(leg.passed()).isFalse();
            assertThat(leg.text()).contains("acl:allow " + site.gateway() + " " + resource);
        });

        AclView edited = Node.changed(client.get(AclService.class)
                .put(site.gateway(), AclRule.parse(AclRule.Action.ALLOW, resource.toString())));
        assertThat(edited.rules()).hasSize(1);
        site.server().await(inward, "listening");
        assertThat(Named.ask(listen, "x")).isEqualTo("office\nx");
        assertThat(site.server()
                        .await(Event.Changed.class, 0, changed -> changed.action()
                                .startsWith("acl:"))
                        .actor())
                .isEqualTo(client.get(ClientIdentity.class).fingerprint());

        Node.changed(client.get(AclService.class).remove(site.gateway(), resource.toString()));
        assertThat(Named.ask(listen, "x")).isEmpty();
    }

    @Test
    void theCeilingOfOneClientDoesNotStopAnother() throws IOException {
        DestinationView inward = site.inward(site.resource());
        ClientNode limited = clientWithCeiling("allow nothing.example:1\n");
        limited.attach(site.token(), site.server().tunnel());
        HostPort listen = site.listening(inward);

        assertThat(Named.ask(listen, "x")).isEmpty();
        assertThat(test(inward)).anySatisfy(leg -> assertThat(leg.text()).contains("ceiling"));
        assertThat(Node.done(limited.get(AclService.class).show(site.gateway())).ceiling())
                .hasSize(1);

        site.server()
                .heard(List.of(
                        site.client("free").attach(site.token(), site.server().tunnel())));
        for (int i = 0; i < 4; i++) {
            assertThat(Named.ask(listen, "x")).isEqualTo("office\nx");
        }
    }

    private ClientNode clientWithCeiling(String rules) throws IOException {
        Path etc = Files.createDirectory(site.directory().resolve("etc"));
        Files.writeString(etc.resolve("ceiling.acl"), rules);
        System.setProperty("sallyport.etc", etc.toString());
        try {
            return site.client("limited", Map.of());
        } finally {
            System.clearProperty("sallyport.etc");
        }
    }

    private List<DestinationService.Leg> test(DestinationView destination) {
        return Node.done(site.server().get(DestinationService.class).test(new DestinationId(destination.id())));
    }
}
