// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.File;
import java.io.IOException;
import java.util.Scanner;

/**
 * How large the caller's terminal is. {@code bin/sallyport}, which has a shell at hand, tells it at the start; after a
 * change {@code stty} is asked.
 *
 * @param columns 0: unknown
 * @param rows 0: unknown
 */
record TerminalSize(int columns, int rows) {
    /** Takes each new size. */
    interface Listener {
        void changed(TerminalSize size) throws IOException;
    }

    static TerminalSize atStart() {
        return parse(System.getProperty("sallyport.terminal", ""));
    }

    /** Tells a listener, on a thread of the JVM's, whenever the window was resized. */
    static void onChange(Listener listener) {
        Signals.handle("WINCH", () -> {
            try {
                Process stty = new ProcessBuilder("stty", "size")
                        .redirectInput(new File("/dev/tty"))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                String text = new String(stty.getInputStream().readAllBytes(), US_ASCII);
                listener.changed(parse(text));
            } catch (IOException e) {
                // without the size the old one stays, which is ugly and harmless
            }
        });
    }

    /** Reads what {@code stty size} prints: rows, then columns. */
    static TerminalSize parse(String text) {
        try (Scanner scanner = new Scanner(text)) {
            int rows = scanner.hasNextInt() ? scanner.nextInt() : 0;
            int columns = scanner.hasNextInt() ? scanner.nextInt() : 0;
            return new TerminalSize(columns, rows);
        }
    }
}
