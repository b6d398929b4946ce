// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A limit as it is in force.
 *
 * @param key of {@link org.sallyport.api.config.LimitSettings}
 * @param unit {@code count}, {@code bytes}, {@code milliseconds} or {@code per second}
 * @param most that there may be; of a rate 0: not bounded
 * @param used of it now; null where nothing is counted
 */
public record LimitView(String key, String unit, long most, @Nullable Long used) {
    /** The unit of what is counted. */
    public static final String COUNT = "count";

    /** The unit of memory. */
    public static final String BYTES = "bytes";

    /** The unit of time. */
    public static final String MILLISECONDS = "milliseconds";

    /** The unit of rates. */
    public static final String PER_SECOND = "per second";

    /** So many at once. */
    public static LimitView count(String key, long most, @Nullable Long used) {
        return new LimitView(key, COUNT, most, used);
    }

    /** So many bytes. */
    public static LimitView bytes(String key, long most, @Nullable Long used) {
        return new LimitView(key, BYTES, most, used);
    }

    /** So long. */
    public static LimitView time(String key, Duration most) {
        return new LimitView(key, MILLISECONDS, most.toMillis(), null);
    }

    /** So often. */
    public static LimitView rate(String key, long most) {
        return new LimitView(key, PER_SECOND, most, null);
    }
}
