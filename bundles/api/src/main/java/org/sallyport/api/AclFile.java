// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.util.Locale;

/**
 * The text form of an access list, in files that people write: one rule a line, {@code allow TARGET} or
 * {@code deny TARGET} with the target as in {@link AclRule#parse}; the word {@code acl} may stand before, as in files of
 * older gateways. What follows {@code #} is a comment, empty lines count for nothing. Of two rules with the same target
 * the later holds.
 */
public final class AclFile {
    private static final int MAX_CHARS = 4 * 1024 * 1024;

    private AclFile() {}

    /**
     * Reads a whole file.
     *
     * @param text its contents
     * @return the list; {@link Acl#EMPTY} when no rule stands in it
     * @throws IllegalArgumentException on the first wrong line; the message begins with its number
     */
    public static Acl parse(String text) {
        if (text.length() > MAX_CHARS) {
            throw new IllegalArgumentException(
                    text.length() + " characters: expected an access list of at most " + MAX_CHARS);
        }
        Acl acl = Acl.EMPTY;
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            int comment = line.indexOf('#');
            String rule = (comment < 0 ? line : line.substring(0, comment)).strip();
            if (!rule.isEmpty()) {
                try {
                    acl = acl.with(rule(rule));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
                }
            }
        }
        return acl;
    }

    private static AclRule rule(String line) {
        String[] words = line.split("\\s+", -1);
        int at = words[0].equalsIgnoreCase("acl") ? 1 : 0;
        if (words.length != at + 2) {
            throw wrong(line);
        }
        return AclRule.parse(
                switch (words[at].toLowerCase(Locale.ROOT)) {
                    case "allow" -> AclRule.Action.ALLOW;
                    case "deny" -> AclRule.Action.DENY;
                    default -> throw wrong(line);
                },
                words[at + 1]);
    }

    private static IllegalArgumentException wrong(String line) {
        return new IllegalArgumentException(
                "'" + Shown.of(line) + "': expected 'allow HOST:PORT' or 'deny HOST:PORT', as in allow db:5432");
    }
}
