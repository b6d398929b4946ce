// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.ClientView;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.Outcome;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Resource;

/** An operator drains a client that carries connections. */
@Timeout(120)
final class DrainTest {
    @RegisterExtension
    private final Site site = new Site();

    @Test
    void underLoadNothingIsLostWhenOneClientOfTwoIsDrained() {
        site.restartServer(Map.of("drain.timeout", "30"));
        Resource echo = site.ending(Resource.echo());
        DestinationView inward = site.inward(echo);
        DestinationView outward = site.server().cloud(site.gateway(), "outward", echo.address(), Ports.free());
        ClientNode one = site.client("one");
        ClientId first = one.attach(site.token(), site.server().tunnel());
        HostPort in = site.listening(inward);
        HostPort out = site.listening(outward);
        site.client("two").attach(site.token(), site.server().tunnel());

        Load load = site.ending(new Load());
        load.apply(in, 100, 0);
        load.apply(out, 100, 0);
        Await.until("the load begins", () -> load.conversations() > 100);
        Node.done(site.server().get(ClientService.class).drain(first));
        one.await(Event.Detached.class);
        one.await(Event.Attached.class, 1, event -> true);
        long then = load.conversations();
        Await.until("the load goes on", () -> load.conversations() > then + 200);

        assertThat(load.end()).isEmpty();
        assertThat(site.server().await(Event.Detached.class).reason()).contains("drained by the server's operator");
    }

    @Test
    void whatIsOpenAtTheDeadlineIsResetAndNothingNewBeginsBefore() throws IOException {
        DestinationView inward = site.inward(site.resource());
        ClientNode client = site.client("client");
        ClientId id = client.attach(site.token(), site.server().tunnel());
        HostPort listen = site.listening(inward);
        try (Conversation open = Conversation.connect(listen)) {
            assertThat(open.receive(7)).isEqualTo("office\n");

            CompletionStage<Outcome<ClientView>> drained =
                    site.server().get(ClientService.class).drain(id);
            assertThat(open.send("x").receive(1)).isEqualTo("x");
            // it waits for a client that takes it: this one, when it has come back
            assertThat(Named.ask(listen, "y")).isEqualTo("office\ny");

            assertThat(client.count(Event.Detached.class)).isEqualTo(1);
            assertThat(open.isResetNext()).isTrue();
            assertThat(Node.done(drained).warnings()).isEmpty();
        }
        assertThat(client.await(Event.Attached.class, 1, event -> true).client())
                .isEqualTo(id);
    }
}
