// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.time.Instant;

/**
 * An attached client as it is shown.
 *
 * @param key fingerprint of its key
 * @param host the host name that it told
 * @param address where it comes from
 * @param rttMillis the tunnel's last measured round trip; -1 before the first
 * @param state {@code attached} or {@code draining}
 */
public record ClientView(
        String id,
        String gateway,
        String key,
        String host,
        String address,
        String version,
        Instant since,
        double rttMillis,
        String state) {}
