// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One past or present attachment, or a refused try.
 *
 * @param until when it ended; null while it lasts
 * @param end why it ended or was refused; empty while it lasts
 */
public record ClientHistory(
        String client, String key, String host, String address, Instant since, @Nullable Instant until, String end) {}
