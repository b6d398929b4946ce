// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.HostPort;
import org.sallyport.api.Verdict;
import org.sallyport.dataplane.internal.context.Surroundings;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which addresses of a resource may be dialled: the policy on its name, its addresses, and the policy on each of them. On one
 * event loop.
 */
final class AllowedAddresses {
    private static final Logger LOG = LoggerFactory.getLogger(AllowedAddresses.class);

    private final Surroundings surroundings;
    private final EventLoop loop;
    private final Destination destination;
    private final AccessPolicy access;

    /**
     * @param surroundings of all gateways
     * @param loop on which everything happens
     * @param destination whose resource it is about
     * @param access says what may be dialled
     */
    AllowedAddresses(Surroundings surroundings, EventLoop loop, Destination destination, AccessPolicy access) {
        this.surroundings = surroundings;
        this.loop = loop;
        this.destination = destination;
        this.access = access;
    }

    /** {@return why the resource may not be dialled whatever its addresses are; null when that depends on them} */
    @Nullable
    OpenReply denial() {
        return check(null) instanceof Verdict.Denied denied ? denied(denied) : null;
    }

    /**
     * Resolves the name.
     *
     * @param found gets the addresses that may be dialled, in the order in which to try them, never none
     * @param refused gets the answer when there are none
     */
    void resolve(Consumer<List<InetSocketAddress>> found, Consumer<OpenReply> refused) {
        surroundings
                .names()
                .resolve(destination.resource().host(), loop)
                .addListener(answer -> resolved(answer, found, refused));
    }

    private void resolved(
            Future<? super List<InetAddress>> answer,
            Consumer<List<InetSocketAddress>> found,
            Consumer<OpenReply> refused) {
        HostPort resource = destination.resource();
        if (!answer.isSuccess()) {
            refused.accept(DialFailure.unresolved(resource, answer.cause()));
            return;
        }
        @SuppressWarnings("unchecked") // what was asked for
        List<InetAddress> addresses = (List<InetAddress>) answer.getNow();
        List<InetSocketAddress> allowed = new ArrayList<>(addresses.size());
        Verdict.Denied denial = null;
        for (InetAddress address : AddressOrder.interleave(addresses)) {
            if (check(address) instanceof Verdict.Denied denied) {
                denial = denied;
            } else {
                allowed.add(new InetSocketAddress(address, resource.port()));
            }
        }
        if (!allowed.isEmpty()) {
            found.accept(allowed);
        } else if (denial == null) {
            refused.accept(new OpenReply(OpenCode.NOT_RESOLVED, "name " + resource.host() + " has no address"));
        } else {
            refused.accept(denied(denial));
        }
    }

    /** A policy that is missing or fails allows nothing. */
    private Verdict check(@Nullable InetAddress address) {
        HostPort resource = destination.resource();
        try {
            return access.check(resource.host(), resource.port(), address);
        } catch (RuntimeException e) {
            LOG.error("destination {}: the access policy failed, so {} is not dialled", destination.id(), resource, e);
            return new Verdict.Denied(Verdict.Source.POLICY, "the access policy failed at the end that dials");
        }
    }

    /** {@return the answer to an open that is denied} */
    static OpenReply denied(Verdict.Denied denied) {
        OpenCode code = denied.source() == Verdict.Source.CEILING ? OpenCode.CEILING_DENIED : OpenCode.DENIED;
        return new OpenReply(code, denied.reason());
    }
}
