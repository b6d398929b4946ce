// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.TunnelService;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.fault.Ending;
import org.sallyport.testkit.fault.FaultProxy;
import org.sallyport.testkit.fault.Lane;
import org.sallyport.testkit.fault.Link;
import org.sallyport.testkit.fault.Side;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Pattern;
import org.sallyport.testkit.resource.Resource;

/** Wherever a tunnel is cut, in its handshake, its attach, a frame's header or payload: the client is back, and alone. */
@Timeout(120)
final class CutAtByteTest {
    /** More than a TLS record holds. */
    private static final int PAYLOAD = 20_000;

    @RegisterExtension
    private final Site site = new Site();

    private FaultProxy network;
    private ClientNode client;
    private HostPort listen;

    private static Lane lane(FaultProxy network, Side to) {
        return to == Side.SERVER ? network.toServer() : network.toClient();
    }

    private static Lane lane(Link link, Side to) {
        return to == Side.SERVER ? link.toServer() : link.toClient();
    }

    @BeforeEach
    void attach() {
        network = site.network();
        client = site.client("client");
        site.server().heard(List.of(client.attach(site.token(), network.address())));
        listen = site.listening(site.inward(site.resource()));
    }

    @ParameterizedTest
    @CsvSource({
        // in the TLS handshake, in thousandths of what is said until the client is attached
        "SERVER, 2, RESET",
        "SERVER, 300, RESET",
        "SERVER, 300, FIN",
        "CLIENT, 2, RESET",
        "CLIENT, 300, RESET",
        "CLIENT, 300, FIN",
        // in the attach and its answer
        "SERVER, 800, RESET",
        "SERVER, 980, FIN",
        "SERVER, 980, RESET",
        "CLIENT, 800, RESET",
        "CLIENT, 980, FIN",
        "CLIENT, 980, RESET"
    })
    void inTheHandshakeOrInTheAttach(Side to, int thousandths, Ending how) {
        Lane lane = lane(network, to);
        long attached = lane.carried();

        next(() -> lane.cutAt(attached * thousandths / 1_000, how));

        isAlone();
    }

    /** The next connection, and only that, meets what is told here. */
    private void next(Runnable harm) {
        network.refuseConnections();
        network.reset();
        Await.until("the tunnel is gone", () -> network.connections().isEmpty());
        int before = network.accepted();
        harm.run();
        network.acceptConnections();
        // what is asked moves the bytes, where the attach alone has too few
        Await.until("it was cut and is back", () -> {
            String answer = Named.ask(listen, "x");
            return network.accepted() >= before + 2 && answer.equals("office\nx");
        });
    }

    @ParameterizedTest
    @EnumSource
    void inTheHeaderOfAFrameAndInItsPayload(Side to) throws IOException {
        Resource held = site.ending(Resource.held());
        HostPort there = site.listening(site.inward(held));
        byte[] payload = Pattern.bytes(PAYLOAD);
        // a record's header is 5 bytes, then come the frame's, 12, and its payload, and 17 more
        long[] places = {3, 12, 1_000, 12_000};
        for (int i = 0; i < places.length; i++) {
            try (Conversation application = Conversation.connect(there);
                    Conversation resource = held.next()) {
                resource.send("hi");
                assertThat(application.receive(2)).isEqualTo("hi");
                Lane lane = lane(network.connections().get(0), to);

                lane.cutAt(lane.carried() + places[i]);
                (to == Side.CLIENT ? application : resource).send(payload);

                assertReset(application, payload);
                assertReset(resource, payload);
            }
            client.await(Event.Attached.class, i + 1, event -> true);
            Await.until("it carries again", () -> Named.ask(listen, "x").equals("office\nx"));
        }

        isAlone();
    }

    /** What comes is what was sent, and then a reset. */
    private static void assertReset(Conversation conversation, byte[] sent) throws IOException {
        ByteArrayOutputStream came = new ByteArrayOutputStream();
        assertThatThrownBy(() -> conversation.socket().getInputStream().transferTo(came))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
        assertThat(came.toByteArray()).isEqualTo(Arrays.copyOf(sent, came.size()));
    }

    /** There is one tunnel, and nothing is left of those before. */
    private void isAlone() {
        Await.until("one connection is left", () -> network.connections().size() == 1);
        Await.until(
                "one client is left",
                () -> Node.done(site.server().get(ClientService.class).list()).size() == 1);
        Await.until(
                "it has one tunnel",
                () -> client.get(TunnelService.class).tunnels().size() == 1);
    }
}
