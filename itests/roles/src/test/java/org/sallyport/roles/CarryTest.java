// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.ClientId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.ClientIdentity;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.DestinationView;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Pattern;
import org.sallyport.testkit.resource.Resource;

/** Connections through a server, a tunnel and a client, in both directions and to the last byte. */
@Timeout(120)
final class CarryTest {
    /** More than any window or buffer on the way. */
    private static final int LONG = 8 << 20;

    @RegisterExtension
    private final Site site = new Site();

    @Test
    void connectionsAreCarriedBothWays() {
        DestinationView inward = site.inward(site.resource());
        DestinationView outward =
                site.server().cloud(site.gateway(), "outward", site.resource().address(), Ports.free());
        assertThat(inward.state()).isEqualTo("waiting");

        ClientNode client = site.client("client");
        ClientId id = client.attach(site.token(), site.server().tunnel());

        assertThat(Named.ask(site.listening(inward), "hello")).isEqualTo("office\nhello");
        assertThat(Named.ask(site.listening(outward), "hello")).isEqualTo("office\nhello");
        assertThat(site.listening(outward).port()).isEqualTo(outward.listen().port());
        assertThat(client.await(Event.Attached.class).client()).isEqualTo(id);
        assertThat(site.server().await(Event.Attached.class)).satisfies(attached -> {
            assertThat(attached.client()).isEqualTo(id);
            assertThat(attached.newKey()).isTrue();
            assertThat(attached.key())
                    .isEqualTo(client.get(ClientIdentity.class).fingerprint());
        });
        assertThat(Node.done(site.server().get(ClientService.class).probe(id))).isPositive();
    }

    @Test
    void whoEndsAtOnceIsAnsweredAllTheSame() {
        DestinationView inward = site.inward(site.resource());
        DestinationView outward =
                site.server().cloud(site.gateway(), "outward", site.resource().address(), Ports.free());
        site.client("client").attach(site.token(), site.server().tunnel());
        HostPort in = site.listening(inward);
        HostPort out = site.listening(outward);

        for (int i = 0; i < 10; i++) {
            assertThat(Named.ask(in, "")).isEqualTo("office\n");
            assertThat(Named.ask(out, "")).isEqualTo("office\n");
        }
    }

    @Test
    void longTransfersArriveWholeAndEachEndSaysForItselfThatItHasEnded() throws Exception {
        Resource source = site.ending(Resource.source(LONG));
        Resource sink = site.ending(Resource.sink());
        DestinationView download = site.inward(source);
        DestinationView upload = site.server().cloud(site.gateway(), "upload", sink.address(), Ports.free());
        site.client("client").attach(site.token(), site.server().tunnel());
        HostPort down = site.listening(download);
        HostPort up = site.listening(upload);

        CompletableFuture<Long> received = CompletableFuture.supplyAsync(() -> download(down));
        // the sink answers only after the end of what it gets: half-closed by then
        try (Conversation application = Conversation.connect(up)) {
            Pattern.write(application.socket().getOutputStream(), LONG);
            application.end();
            byte[] answer = application.socket().getInputStream().readAllBytes();
            assertThat(ByteBuffer.wrap(answer).getLong()).isEqualTo(LONG);
        }
        assertThat(received.get(Node.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(LONG);
    }

    @Test
    void whatComesBackIsWhatWasSentWhileBothEndsSend() throws Exception {
        HostPort echo = listeningOn(site.ending(Resource.echo()));
        byte[] sent = Pattern.bytes(LONG);

        try (Conversation application = Conversation.connect(echo)) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(application, sent));
            byte[] back = application.socket().getInputStream().readAllBytes();
            sending.get(Node.LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(Pattern.readToEnd(new ByteArrayInputStream(back))).isEqualTo(LONG);
        }
    }

    @Test
    void aResourceThatEndsFirstIsStillToldTheRest() throws IOException {
        Resource held = site.ending(Resource.held());
        try (Conversation application = Conversation.connect(listeningOn(held));
                Conversation resource = held.next()) {
            resource.send("bye").end();
            assertThat(application.receiveAll()).isEqualTo("bye");

            application.send("and the rest").end();
            assertThat(resource.receiveAll()).isEqualTo("and the rest");
        }
    }

    @Test
    void oneClientServesGatewaysOfSeveralServers() {
        ServerNode other = site.server("other");
        GatewayId there = other.gateway("elsewhere");
        Resource branch = site.ending(Named.resource("branch"));
        other.allow(there, branch.address());
        DestinationView first = site.inward(site.resource());
        DestinationView second = other.onPremises(there, "inward", branch.address());
        DestinationView outward = other.cloud(there, "outward", branch.address(), Ports.free());

        ClientNode client = site.client("client");
        ClientId here = client.attach(site.token(), site.server().tunnel());
        ClientId away = client.attach(other.token(there), other.tunnel());

        assertThat(here.belongsTo(site.gateway())).isTrue();
        assertThat(away.belongsTo(there)).isTrue();
        assertThat(Named.ask(site.listening(first), "x")).isEqualTo("office\nx");
        assertThat(Named.ask(ServerNode.local(other.await(second, "listening").listen()), "x"))
                .isEqualTo("branch\nx");
        assertThat(Named.ask(ServerNode.local(outward.listen()), "x")).isEqualTo("branch\nx");
    }

    private HostPort listeningOn(Resource resource) {
        DestinationView inward = site.inward(resource);
        site.client("client").attach(site.token(), site.server().tunnel());
        return site.listening(inward);
    }

    private static long download(HostPort from) {
        try (Conversation application = Conversation.connect(from)) {
            return Pattern.readToEnd(application.socket().getInputStream());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void send(Conversation application, byte[] bytes) {
        try {
            application.send(bytes).end();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
