// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps one source from flooding the log: a few lines a minute each, then silence that is counted. Remembers a bounded
 * number of sources, the latest ones. On the role's thread.
 */
final class LineBudget {
    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int SOURCES = 1024;

    /** Returned by {@link #spend} when nothing may be written. */
    static final int SILENT = -1;

    private final int most;
    private final Map<String, Window> windows = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Makes a budget that nothing was taken from.
     *
     * @param most lines a minute of one source
     */
    LineBudget(int most) {
        this.most = most;
    }

    private static final class Window {
        private long start;
        private int lines;
        private int kept;
    }

    /**
     * Asks for a line.
     *
     * @param source who causes it
     * @param nanos the time now
     * @return how many lines of this source were kept back since its last one, or {@link #SILENT}
     */
    int spend(String source, long nanos) {
        Window window = windows.computeIfAbsent(source, any -> {
            Window fresh = new Window();
            fresh.start = nanos;
            return fresh;
        });
        if (windows.size() > SOURCES) {
            windows.remove(windows.keySet().iterator().next());
        }
        if (nanos - window.start >= WINDOW_NANOS) {
            window.start = nanos;
            window.lines = 0;
        }
        if (window.lines == most) {
            window.kept++;
            return SILENT;
        }
        window.lines++;
        int kept = window.kept;
        window.kept = 0;
        return kept;
    }
}
