// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sallyport.wire.control.Certificates;

/**
 * Certificates that came behind the first configuration of a tunnel while that waited for its turn: they say nothing without
 * it. On the role's thread.
 */
final class EarlyCertificates {
    /** Of one tunnel, in characters; who sends more is not waited for. */
    private static final long MOST = GatewayCertificates.MOST_RECEIVED;

    private final Map<TunnelSession, List<Certificates>> held = new HashMap<>();

    /** The first configuration of a tunnel is here and will be taken soon. */
    void begin(TunnelSession session) {
        held.put(session, new ArrayList<>());
    }

    /** {@return whether a message is kept until then} */
    boolean hold(TunnelSession session, Certificates message) {
        List<Certificates> messages = held.get(session);
        if (messages == null) {
            return false;
        }
        messages.add(message);
        if (messages.stream().mapToLong(EarlyCertificates::length).sum() > MOST) {
            held.remove(session);
            session.tunnel().close("the server sent more certificates than " + MOST + " characters");
        }
        return true;
    }

    private static long length(Certificates message) {
        long key = message.key() == null ? 0 : message.key().length();
        return key
                + message.chain().length()
                + message.anchors().length()
                + message.issuer().length();
    }

    /** {@return what was kept for a tunnel; nothing is from now on} */
    List<Certificates> end(TunnelSession session) {
        List<Certificates> messages = held.remove(session);
        return messages == null ? List.of() : messages;
    }
}
