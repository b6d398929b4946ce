// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.pki.TokenClaims;

/**
 * What an attachment is to attach to.
 *
 * @param token the text of the token; a secret, not shown by {@link #toString}
 * @param claims what it says
 * @param server where to connect instead of the token's addresses; null: those
 * @param source where the token comes from when the command line or the settings asked for it; when all of those are refused
 *     there is nothing left to do. Null when an operator asked for it meanwhile
 */
record AttachOrder(String token, TokenClaims claims, @Nullable HostPort server, @Nullable TokenSource source) {
    GatewayId gateway() {
        return claims.gateway();
    }

    /** {@return whether the command line or the settings asked for it} */
    boolean atStart() {
        return source != null;
    }

    /** {@return the turns of its addresses} */
    AddressTurns turns() {
        return server == null ? AddressTurns.of(claims.addresses()) : AddressTurns.only(server);
    }

    /** {@return the pins that a server's certificate may have} */
    Set<String> pins(@Nullable String next) {
        return next == null ? Set.of(claims.pin()) : Set.of(claims.pin(), next);
    }

    /**
     * {@return whether another order's token is of the same server: of the same name, proven by one of these keys}
     *
     * @param next the key that this order's server announced for later, if it did
     */
    boolean sameServer(AttachOrder other, @Nullable String next) {
        return claims.serverName().equals(other.claims.serverName())
                && pins(next).contains(other.claims.pin());
    }

    /** {@return which server its token is of, for people} */
    String serverText() {
        return "server " + claims.serverName() + " with key "
                + claims.pin().substring(0, Math.min(16, claims.pin().length())) + "…";
    }

    @Override
    public String toString() {
        return "AttachOrder[" + gateway() + "]";
    }
}
