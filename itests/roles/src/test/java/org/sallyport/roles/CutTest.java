// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.HostPort;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.TunnelService;
import org.sallyport.testkit.fault.FaultProxy;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Pattern;
import org.sallyport.testkit.resource.Resource;

/** A tunnel that is cut ends what it carried with resets, so that nobody takes a part for the whole, and nothing else. */
@Timeout(120)
final class CutTest {
    private static final int PART = 1 << 20;

    @RegisterExtension
    private final Site site = new Site();

    @Test
    void anApplicationInTheMiddleOfADownloadSeesAReset() throws IOException {
        Resource source = site.ending(Resource.source(Long.MAX_VALUE));
        FaultProxy network = site.network();
        try (Conversation application = Conversation.connect(listen(source, network))) {
            InputStream in = application.socket().getInputStream();
            byte[] part = in.readNBytes(PART);

            network.reset();

            // what came until then is right; what is still on the way may come as well, and the end may not
            assertThat(part).isEqualTo(Pattern.bytes(PART));
            assertThatThrownBy(() -> in.transferTo(OutputStream.nullOutputStream()))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void bothSidesOfAQuietConnectionSeeAReset() throws IOException {
        Resource held = site.ending(Resource.held());
        FaultProxy network = site.network();
        try (Conversation application = Conversation.connect(listen(held, network));
                Conversation resource = held.next()) {
            exchange(application, resource);

            network.reset();

            assertThat(application.isResetNext()).isTrue();
            assertThat(resource.isResetNext()).isTrue();
        }
    }

    @Test
    void bothSidesOfAConnectionFromTheClientsPortSeeAReset() throws IOException {
        Resource held = site.ending(Resource.held());
        FaultProxy network = site.network();
        HostPort port = ServerNode.local(site.server()
                .cloud(site.gateway(), "outward", held.address(), Ports.free())
                .listen());
        site.client("client").attach(site.token(), network.address());
        try (Conversation application = Conversation.connect(port);
                Conversation resource = held.next()) {
            exchange(application, resource);

            network.reset();

            assertThat(application.isResetNext()).isTrue();
            assertThat(resource.isResetNext()).isTrue();
        }
    }

    @Test
    void connectionsOnAnotherTunnelGoOn() throws IOException {
        Resource held = site.ending(Resource.held());
        FaultProxy network = site.network();
        HostPort listen = listen(held, network);
        try (Conversation first = Conversation.connect(listen);
                Conversation one = held.next()) {
            exchange(first, one);
            ClientNode other = site.client("other");
            site.server().heard(List.of(other.attach(site.token(), site.server().tunnel())));
            Conversation second;
            Conversation two;
            do {
                // in turn, so one of two of them goes there
                second = site.ending(Conversation.connect(listen));
                two = site.ending(held.next());
                exchange(second, two);
            } while (other.get(TunnelService.class).tunnels().get(0).streams() == 0);

            network.reset();

            assertThat(first.isResetNext()).isTrue();
            assertThat(one.isResetNext()).isTrue();
            exchange(second, two);
        }
    }

    private HostPort listen(Resource resource, FaultProxy network) {
        DestinationView inward = site.inward(resource);
        site.server().heard(List.of(site.client("client").attach(site.token(), network.address())));
        return site.listening(inward);
    }

    private static void exchange(Conversation application, Conversation resource) throws IOException {
        application.send("ping");
        assertThat(resource.receive(4)).isEqualTo("ping");
        resource.send("pong");
        assertThat(application.receive(4)).isEqualTo("pong");
    }
}
