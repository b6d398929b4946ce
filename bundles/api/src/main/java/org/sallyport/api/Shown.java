// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/** Makes text that came from outside fit to be shown in a message: bounded, and without control characters. */
public final class Shown {
    private static final int MAX_CHARS = 80;

    private Shown() {}

    /**
     * Cuts {@code text} after 80 characters and replaces control characters, so that it can neither forge a line of a
     * log nor move a terminal's cursor.
     *
     * @param text any text, also hostile
     * @return the text as it may be printed
     */
    public static String of(String text) {
        StringBuilder shown = new StringBuilder(Math.min(text.length(), MAX_CHARS) + 1);
        for (int i = 0; i < text.length() && i < MAX_CHARS; i++) {
            char c = text.charAt(i);
            boolean plain = !Character.isISOControl(c)
                    && Character.getType(c) != Character.FORMAT
                    && Character.getType(c) != Character.LINE_SEPARATOR
                    && Character.getType(c) != Character.PARAGRAPH_SEPARATOR;
            shown.append(plain ? c : '�');
        }
        if (text.length() > MAX_CHARS) {
            shown.append('…');
        }
        return shown.toString();
    }
}
