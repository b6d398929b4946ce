// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.service.ClientHistory;

/**
 * The last attachments of one gateway and the last refused tries, in memory. On the role's thread. A try that is refused
 * again and again for one reason takes one place, so that it cannot push out everything else.
 */
final class AttachHistory {
    private static final int LIMIT = 100;

    private final Deque<ClientHistory> entries = new ArrayDeque<>();

    void attached(ClientId client, String key, String host, String address, Instant now) {
        add(new ClientHistory(client.value(), key, host, address, now, null, ""));
    }

    void ended(ClientId client, Instant now, String reason) {
        List<ClientHistory> kept = new ArrayList<>(entries);
        entries.clear();
        for (ClientHistory entry : kept) {
            boolean ends = entry.client().equals(client.value()) && entry.until() == null;
            entries.addLast(
                    ends
                            ? new ClientHistory(
                                    entry.client(),
                                    entry.key(),
                                    entry.host(),
                                    entry.address(),
                                    entry.since(),
                                    now,
                                    reason)
                            : entry);
        }
    }

    void refused(String key, String host, String address, Instant now, String end) {
        Instant since = now;
        for (ClientHistory entry : entries) {
            if (entry.client().isEmpty()
                    && entry.key().equals(key)
                    && entry.address().equals(address)
                    && entry.end().equals(end)) {
                since = entry.since();
                entries.remove(entry);
                break;
            }
        }
        add(new ClientHistory("", key, host, address, since, now, end));
    }

    private void add(ClientHistory entry) {
        if (entries.size() == LIMIT) {
            entries.removeFirst();
        }
        entries.addLast(entry);
    }

    /** {@return the key to which an ID was given last, null when that is not remembered} */
    @Nullable
    String keyOf(ClientId client) {
        String key = null;
        for (ClientHistory entry : entries) {
            if (entry.client().equals(client.value())) {
                key = entry.key();
            }
        }
        return key;
    }

    List<ClientHistory> latestFirst() {
        List<ClientHistory> list = new ArrayList<>(entries);
        Collections.reverse(list);
        return List.copyOf(list);
    }
}
