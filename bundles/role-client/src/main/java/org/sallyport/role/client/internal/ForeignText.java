// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import org.sallyport.api.Shown;

/** Sentences that servers send, made fit to be shown: bounded, and without control characters. */
final class ForeignText {
    /** As much as {@link Shown} takes at a time. */
    private static final int PIECE = 80;

    private static final int SENTENCE = 480;

    private ForeignText() {}

    /** {@return at most 480 characters of {@code text}} */
    static String sentence(String text) {
        return cut(text, SENTENCE);
    }

    /** {@return at most {@code most} characters of {@code text}, and an ellipsis where something was left out} */
    static String cut(String text, int most) {
        int end = Math.min(text.length(), most);
        StringBuilder shown = new StringBuilder(end + 1);
        for (int from = 0; from < end; from += PIECE) {
            shown.append(Shown.of(text.substring(from, Math.min(end, from + PIECE))));
        }
        return end < text.length() ? shown.append('…').toString() : shown.toString();
    }
}
