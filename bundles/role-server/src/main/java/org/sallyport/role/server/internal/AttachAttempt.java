// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.pki.TokenClaims;
import org.sallyport.wire.control.Attach;

/** An attach that is being decided. On the role's thread. */
final class AttachAttempt {
    final ControlSession session;
    final Attach message;
    final TokenClaims claims;
    boolean stored;
    boolean newKey;
    int others; // counted on the role's thread, read in transactions too

    AttachAttempt(ControlSession session, Attach message, TokenClaims claims) {
        this.session = session;
        this.message = message;
        this.claims = claims;
    }

    String key() {
        return session.tunnel().peer().keyFingerprint();
    }

    /** {@return the client whose place this one wishes to take; an ID that is none is as good as no wish} */
    @Nullable
    ClientId wishedId() {
        String wish = message.continuesClient() != null ? message.continuesClient() : message.replaces();
        try {
            return wish == null ? null : new ClientId(wish);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** {@return whether it continues a client that is being drained, which no new tunnel is to undo} */
    boolean continuesDraining(GatewayState state) {
        AttachedClient client = message.continuesClient() == null ? null : predecessor(state);
        return client != null && client.draining();
    }

    /** {@return the attached client that this one continues or replaces: the same key's, or none} */
    @Nullable
    AttachedClient predecessor(GatewayState state) {
        ClientId wish = wishedId();
        AttachedClient client = wish == null ? null : state.clients().get(wish);
        return client != null && client.key().equals(key()) ? client : null;
    }
}
