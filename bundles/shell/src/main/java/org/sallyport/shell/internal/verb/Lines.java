// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.LinkedHashMap;
import java.util.Map;

/** One thing in words: a name and a value a line. */
final class Lines {
    private final Map<String, Object> lines = new LinkedHashMap<>();

    Lines with(String name, Object value) {
        lines.put(name, Table.shown(value));
        return this;
    }

    @Override
    public String toString() {
        int width = lines.keySet().stream().mapToInt(String::length).max().orElse(1);
        StringBuilder text = new StringBuilder();
        lines.forEach((name, value) -> text.append(
                        ("%-" + width + "s  %s").formatted(name, value).stripTrailing())
                .append('\n'));
        return text.toString();
    }
}
