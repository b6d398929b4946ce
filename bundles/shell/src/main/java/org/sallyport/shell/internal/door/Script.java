// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.door;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Shown;

/** Commands as somebody wrote them, one after the other. */
final class Script {
    private final String text;
    private final List<String> commands = new ArrayList<>();
    private final StringBuilder command = new StringBuilder();
    private final Deque<Character> open = new ArrayDeque<>();

    private Script(String text) {
        this.text = text;
    }

    /**
     * Splits a text at semicolons and line ends, but not within quotes, brackets or after a backslash. A comment begins with
     * {@code #} where a word could begin, and ends with the line.
     *
     * @param text what somebody wrote
     * @return the commands, none of them empty
     * @throws IllegalArgumentException when a quote or a bracket is left open
     */
    static List<String> commands(String text) {
        return new Script(text).split();
    }

    private List<String> split() {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            @Nullable Character expected = open.peek();
            if (c == '\\' && (expected == null || expected != '\'') && i + 1 < text.length()) {
                command.append(c).append(text.charAt(++i));
            } else if (expected != null && (expected == '\'' || expected == '"')) {
                close(c, expected);
            } else if (c == '#' && beginsWord()) {
                i = endOfLine(i) - 1;
            } else if (open.isEmpty() && (c == ';' || c == '\n' || c == '\r')) {
                finish();
            } else {
                enter(c);
                close(c, expected);
            }
        }
        if (!open.isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + Shown.of(command.toString().strip()) + "' ends too early: expected " + open.peek());
        }
        finish();
        return List.copyOf(commands);
    }

    private boolean beginsWord() {
        return command.isEmpty() || Character.isWhitespace(command.charAt(command.length() - 1));
    }

    private int endOfLine(int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private void enter(char c) {
        switch (c) {
            case '\'', '"' -> open.push(c);
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '{' -> open.push('}');
            default -> {
                // a letter like any other
            }
        }
    }

    /** Takes a character that may be the one that closes what is open. */
    private void close(char c, @Nullable Character expected) {
        command.append(c);
        if (expected != null && c == expected) {
            open.pop();
        }
    }

    private void finish() {
        String finished = command.toString().strip();
        if (!finished.isEmpty()) {
            commands.add(finished);
        }
        command.setLength(0);
    }
}
