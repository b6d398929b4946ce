// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.service.AttachmentService;
import org.sallyport.api.service.DestinationView;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.testkit.resource.Resource;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Attached;

/**
 * A server that is attacked while a healthy client of one gateway carries a connection; the attacker is a client of another
 * gateway, which has cloud destinations to an echo, to a resource that only holds connections and to one that never answers.
 */
final class Victim {
    /** What all of them may take of Netty's memory, in this process, by whatever attack: both ends' chunks of it. */
    private static final long MOST_MEMORY = 96L << 20;

    private final Site site;
    private final ClientNode healthy;
    private final Bystander bystander;
    private final GatewayId gateway;
    private final String token;
    private final DestinationView echo;
    private final DestinationView held;
    private final Resource holder;
    private final Resource mute;
    private DestinationView unanswered;

    Victim(Site site) throws IOException {
        this.site = site;
        healthy = site.client("healthy");
        DestinationView inward = site.inward(site.ending(Resource.echo()));
        healthy.attach(site.token(), site.server().tunnel());
        bystander = site.ending(new Bystander(site.listening(inward)));
        gateway = site.server().gateway("hostile");
        token = site.server().token(gateway);
        echo = cloud("echo", site.ending(Resource.echo()));
        holder = site.ending(Resource.held());
        held = cloud("held", holder);
        mute = site.ending(Resource.neverAnswering());
    }

    private DestinationView cloud(String name, Resource resource) {
        return site.server().cloud(gateway, name, resource.address(), Ports.free());
    }

    GatewayId gateway() {
        return gateway;
    }

    String token() {
        return token;
    }

    /** {@return the ID of the destination that leads to an echo} */
    String echo() {
        return echo.id();
    }

    /** {@return the ID of the destination whose resource holds its connections} */
    String held() {
        return held.id();
    }

    /** Has the healthy client attach to the other gateway, too, at an address where somebody else is. */
    void attachTo(HostPort server) {
        // what comes of it is seen at the other end
        CompletionStage<?> unused = healthy.get(AttachmentService.class).attach(token, 1, server);
    }

    /** Waits until that resource holds one more connection. */
    void hold() {
        site.ending(holder.next());
    }

    /** {@return the ID of a destination whose resource never answers} */
    String unanswered() {
        if (unanswered == null) {
            unanswered = cloud("unanswered", mute);
        }
        return unanswered.id();
    }

    /** {@return a tunnel of a key that nobody knows, not attached} */
    RawPeer stranger() {
        return site.ending(RawPeer.connect(site.server().tunnel(), TestAuthority.selfSigned("stranger")));
    }

    /** {@return a tunnel that is attached and applied its configuration} */
    RawPeer attached() {
        return attached(List.of());
    }

    /** {@return the same, which says that it has some features} */
    RawPeer attached(List<String> features) {
        RawPeer peer = stranger().reading().say(attach().describing(features, Map.of()));
        peer.say(new Applied(peer.hear(Attached.class).config().revision(), List.of()));
        peer.assertGoesOn();
        return peer;
    }

    Attach attach() {
        return Attach.withToken(token, "hostile", "0.1.0");
    }

    /** {@return what Netty's allocator holds, direct and heap, in chunks} */
    static long memory() {
        ByteBufAllocatorMetric metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }

    /** Others have noticed nothing, and memory is bounded. */
    void assertUnharmed() {
        bystander.assertUnharmed();
        assertThat(healthy.detached(site.gateway())).isZero();
        assertThat(memory()).isLessThan(MOST_MEMORY);
    }
}
