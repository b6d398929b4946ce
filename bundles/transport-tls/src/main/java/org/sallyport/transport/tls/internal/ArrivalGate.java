// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.channel.Channel;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the connections to a tunnel port that no role admitted yet, be they in the handshake or silent after it. A source
 * that has its share gives up its oldest for a new one, so that whoever is quick gets in beside one that is slow on purpose;
 * when all places are taken, a new one is refused. A source is an IPv4 address or an IPv6 network of 64 bits: one machine has
 * as many addresses of its network as it likes (RFC 4941).
 *
 * <p>Safe for every thread.
 */
final class ArrivalGate {
    private final Supplier<Strangers> bounds;
    private final Map<InetAddress, ArrayDeque<Channel>> sources = new HashMap<>();
    private int strangers;

    /**
     * @param bounds that hold for whoever comes
     */
    ArrivalGate(Supplier<Strangers> bounds) {
        this.bounds = bounds;
    }

    /** What became of an arrival. */
    sealed interface Verdict {
        /** It may go on. */
        record Entered(@Nullable Channel displaced) implements Verdict {}

        /** There are too many. */
        record Refused() implements Verdict {}
    }

    /**
     * A connection arrives.
     *
     * @return whether it may go on, and which one is to be closed for it
     */
    synchronized Verdict enter(InetAddress address, Channel channel) {
        Strangers now = bounds.get();
        InetAddress source = source(address);
        ArrayDeque<Channel> mine = sources.get(source);
        if (mine != null && mine.size() >= now.perSource()) {
            Channel oldest = mine.remove();
            mine.add(channel);
            return new Verdict.Entered(oldest);
        }
        if (strangers >= now.total()) {
            return new Verdict.Refused();
        }
        if (mine == null) {
            mine = new ArrayDeque<>(4);
            sources.put(source, mine);
        }
        mine.add(channel);
        strangers++;
        return new Verdict.Entered(null);
    }

    /** A connection was admitted or is gone; a second call does nothing. */
    synchronized void leave(InetAddress address, Channel channel) {
        InetAddress source = source(address);
        ArrayDeque<Channel> mine = sources.get(source);
        if (mine != null && mine.remove(channel)) {
            strangers--;
            if (mine.isEmpty()) {
                sources.remove(source);
            }
        }
    }

    private static InetAddress source(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] network = address.getAddress();
        Arrays.fill(network, 8, 16, (byte) 0);
        try {
            return InetAddress.getByAddress(network);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("16 bytes are an address", e);
        }
    }

    synchronized int strangers() {
        return strangers;
    }
}
