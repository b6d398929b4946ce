// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

/**
 * A step of a {@link ProbeReport}.
 *
 * @param name what was tried, a word or two; at most {@value #MAX_NAME} characters
 * @param passed whether it succeeded
 * @param text what was seen, and where it failed what to do; at most {@value #MAX_TEXT} characters. What others sent stands in
 *     it as {@link org.sallyport.api.Shown} makes it
 */
public record ProbeStep(String name, boolean passed, String text) {
    /** Most characters of a name. */
    public static final int MAX_NAME = 40;

    /** Most characters of a text. */
    public static final int MAX_TEXT = 480;

    public ProbeStep {
        name = cut(name, MAX_NAME);
        text = cut(text, MAX_TEXT);
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most - 1) + '…';
    }

    /** {@return a step that succeeded} */
    public static ProbeStep passed(String name, String text) {
        return new ProbeStep(name, true, text);
    }

    /** {@return a step that failed} */
    public static ProbeStep failed(String name, String text) {
        return new ProbeStep(name, false, text);
    }
}
