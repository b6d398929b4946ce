// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.config;

import java.util.function.Function;
import org.sallyport.api.Shown;

/**
 * One setting: its key, its default and how its text is read.
 *
 * @param name the key in the {@code .cfg} file
 * @param defaultText the default as it stands, commented, in the file
 * @param expected what a value must look like, for messages
 * @param reader reads the text; throws {@link IllegalArgumentException} on a wrong one
 */
public record SettingKey<T>(String name, String defaultText, String expected, Function<String, T> reader) {
    T read(String pid, String text) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException e) {
            String detail = e.getMessage() == null ? "" : " (" + e.getMessage() + ")";
            throw new SettingException(
                    pid + ": " + name + " = '" + Shown.of(withoutUser(text)) + "': expected " + expected + detail);
        }
    }

    /** What stands before an {@code @} may be a password in the wrong place, and a message goes into logs. */
    private static String withoutUser(String text) {
        int at = text.lastIndexOf('@');
        int scheme = text.indexOf("://");
        return at < 0 ? text : text.substring(0, scheme < 0 || scheme > at ? 0 : scheme + 3) + "…" + text.substring(at);
    }
}
