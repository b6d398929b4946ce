// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.sallyport.api.HostPort;

/**
 * The addresses of a server, tried one after the other. One that worked is tried first the next time. Those that the server
 * announces come before the token's, which are kept as a last resort: a server may announce addresses that only others can
 * reach.
 */
final class AddressTurns {
    private static final int MAX_ADDRESSES = 32;

    private final List<HostPort> given;
    private final boolean fixed;
    private volatile HostPort current;
    private List<HostPort> addresses;
    private int at;
    private int tried;

    private AddressTurns(List<HostPort> given, boolean fixed) {
        if (given.isEmpty()) {
            throw new IllegalArgumentException("no server address: expected at least one, in the token or by --server");
        }
        this.given = given.subList(0, Math.min(given.size(), MAX_ADDRESSES));
        this.fixed = fixed;
        this.addresses = this.given;
        this.current = this.given.get(0);
    }

    /** {@return turns over a token's addresses} */
    static AddressTurns of(List<HostPort> given) {
        return new AddressTurns(List.copyOf(given), false);
    }

    /** {@return the one address that the operator named; what the server announces does not change it} */
    static AddressTurns only(HostPort address) {
        return new AddressTurns(List.of(address), true);
    }

    /** {@return the address whose turn it is; on any thread} */
    HostPort current() {
        return current;
    }

    /** The current address did not work. {@return whether every address had its turn since the last that worked} */
    boolean advance() {
        at = (at + 1) % addresses.size();
        current = addresses.get(at);
        tried++;
        if (tried >= addresses.size()) {
            tried = 0;
            return true;
        }
        return false;
    }

    /**
     * The current address works.
     *
     * @param announced addresses that the server tells, for the next time
     */
    void reached(List<HostPort> announced) {
        tried = 0;
        if (fixed) {
            return;
        }
        Set<HostPort> next = new LinkedHashSet<>();
        next.add(current);
        next.addAll(announced);
        next.addAll(given);
        List<HostPort> all = new ArrayList<>(next);
        addresses = List.copyOf(all.subList(0, Math.min(all.size(), MAX_ADDRESSES)));
        at = 0;
    }
}
