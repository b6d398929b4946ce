// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A gateway as it is shown.
 *
 * @param state {@code attached} (a client is), {@code waiting} (none is) or {@code disabled}
 * @param cause why, or a remark such as that the gateway is open
 * @param tokenExpires null: never
 * @param clients how many are attached
 * @param destinations how many there are
 */
public record GatewayView(
        String id,
        String name,
        boolean enabled,
        String state,
        String cause,
        boolean tokenRequired,
        @Nullable Instant tokenExpires,
        int clients,
        int destinations) {}
