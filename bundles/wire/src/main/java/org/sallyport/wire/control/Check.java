// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** What the constructors of messages refuse, in the words of what was given and what was expected. */
final class Check {

    private Check() {}

    static int port(int port, int least, String key) {
        if (port < least || port > 65_535) {
            throw new IllegalArgumentException("\"" + key + "\" is " + port + "; expected " + least + " to 65535");
        }
        return port;
    }

    static long atLeast(long least, long value, String key) {
        if (value < least) {
            throw new IllegalArgumentException("\"" + key + "\" is " + value + "; expected " + least + " or more");
        }
        return value;
    }

    static String present(String text, String key) {
        if (requireNonNull(text, key).isEmpty()) {
            throw new IllegalArgumentException("\"" + key + "\" is empty; expected text");
        }
        return text;
    }

    static String within(int most, String text, String key) {
        if (text.length() > most) {
            throw new IllegalArgumentException(
                    "\"" + key + "\" has " + text.length() + " characters; expected at most " + most);
        }
        return text;
    }

    /** An immutable copy in the order of its keys, so that equal messages are equal bytes. */
    static Map<String, String> sorted(Map<String, String> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }
}
