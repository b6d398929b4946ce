// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import org.sallyport.api.HostPort;
import org.sallyport.dataplane.internal.io.NameResolver;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;

/**
 * From a name to those of its addresses that may be dialled.
 *
 * @param names are resolved elsewhere
 * @param loop on which answers come
 * @param access says of each address whether it may be dialled
 * @param observer is told of names that are resolved
 */
record AllowedAddresses(NameResolver names, EventLoop loop, Access access, DialObserver observer) {
    /**
     * Resolves a place's name.
     *
     * @param place whose name it is
     * @param found gets the addresses that may be dialled, in the order in which to try them, never none
     * @param refused gets the answer when there are none
     */
    void of(HostPort place, Consumer<List<InetSocketAddress>> found, Consumer<OpenReply> refused) {
        names.resolve(place.host(), loop).addListener(answer -> resolved(place, answer, found, refused));
    }

    private void resolved(
            HostPort place,
            Future<? super List<InetAddress>> answer,
            Consumer<List<InetSocketAddress>> found,
            Consumer<OpenReply> refused) {
        if (!answer.isSuccess()) {
            refused.accept(DialFailure.unresolved(place, answer.cause()));
            return;
        }
        @SuppressWarnings("unchecked") // what was asked for
        List<InetAddress> addresses = (List<InetAddress>) answer.getNow();
        List<InetAddress> ordered = AddressOrder.interleave(addresses);
        Access.Allowed allowed = access.allowed(place, ordered);
        observer.resolved(place, ordered, allowed.addresses());
        OpenReply denial = allowed.denial();
        if (!allowed.addresses().isEmpty()) {
            found.accept(allowed.addresses());
        } else if (denial == null) {
            refused.accept(new OpenReply(OpenCode.NOT_RESOLVED, "name " + place.host() + " has no address"));
        } else {
            refused.accept(denial);
        }
    }
}
