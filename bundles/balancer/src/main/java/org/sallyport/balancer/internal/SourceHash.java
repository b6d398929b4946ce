// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.balancer.internal;

import java.net.InetAddress;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.sallyport.api.ClientId;
import org.sallyport.api.balance.Balancer;
import org.sallyport.api.balance.BalancerPolicy;
import org.sallyport.api.balance.Candidate;

/**
 * The same source address goes to the same client, by rendezvous hashing: each address ranks all clients, and the first
 * usable one takes it. So a client that goes moves only the sources that it had, and one that comes takes an equal share
 * from each.
 */
@Component(property = BalancerPolicy.NAME + "=source-hash")
public final class SourceHash implements BalancerPolicy {
    @Override
    public Balancer balancer() {
        return SourceHash::choose;
    }

    private static int choose(List<Candidate> usable, InetAddress source) {
        long sourceHash = mix(source.hashCode());
        int best = 0;
        long bestRank = Long.MIN_VALUE;
        for (int i = 0; i < usable.size(); i++) {
            long rank = mix(sourceHash ^ hash(usable.get(i).client()));
            if (rank > bestRank) {
                best = i;
                bestRank = rank;
            }
        }
        return best;
    }

    /** FNV-1a (64 bit): unlike {@link String#hashCode}, it is wide enough for IDs that differ in a few characters only. */
    private static long hash(ClientId client) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < client.value().length(); i++) {
            hash = (hash ^ client.value().charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    /** The finalizer of MurmurHash3 (64 bit): each bit of the input moves each bit of the result. */
    private static long mix(long value) {
        long mixed = value;
        mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
