// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.util.Locale;

/**
 * The text form of an access list, in files that people write: one rule a line, {@code allow TARGET} or
 * {@code deny TARGET} with the target as in {@link AclRule#parse}. What follows {@code #} is a comment, empty lines count for
 * nothing. Of two rules with the same target the later holds.
 *
 * <p>Files of IBM Secure Gateway mean here what they meant there. Their lines begin with {@code acl} or {@code no acl}:
 *
 * <ul>
 *   <li>{@code acl allow TARGET} and {@code acl deny TARGET}, also with a host alone, which is all of its ports. A target takes
 *       back an earlier {@code :} of the same word: {@code acl allow db:5432} behind {@code acl allow :} leaves one rule.
 *   <li>{@code no acl TARGET} takes back the rule for the target, {@code no acl} all of them.
 * </ul>
 */
public final class AclFile {
    private static final int MAX_CHARS = 4 * 1024 * 1024;
    private static final String EVERYTHING = ":";

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
                    acl = after(acl, rule);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
                }
            }
        }
        return acl;
    }

    private static Acl after(Acl before, String line) {
        String[] words = line.split("\\s+", -1);
        if (words[0].equalsIgnoreCase("acl") && words.length == 3) {
            return afterOld(before, rule(line, words[1], withPort(words[2])));
        }
        if (words[0].equalsIgnoreCase("no") && words.length > 1 && words[1].equalsIgnoreCase("acl")) {
            if (words.length > 3) {
                throw wrong(line);
            }
            return words.length == 2 ? Acl.EMPTY : without(before, withPort(words[2]));
        }
        if (words.length != 2) {
            throw wrong(line);
        }
        return before.with(rule(line, words[0], words[1]));
    }

    /** A list that names targets does not mean everything any more. */
    private static Acl afterOld(Acl before, AclRule rule) {
        AclRule everything = AclRule.parse(rule.action(), EVERYTHING);
        boolean narrows = !rule.equals(everything) && before.rules().contains(everything);
        return (narrows ? without(before, EVERYTHING) : before).with(rule);
    }

    private static Acl without(Acl before, String target) {
        Acl after = before.without(target);
        return after == null ? before : after;
    }

    private static String withPort(String target) {
        return target.contains(":") ? target : target + ":";
    }

    private static AclRule rule(String line, String action, String target) {
        return AclRule.parse(
                switch (action.toLowerCase(Locale.ROOT)) {
                    case "allow" -> AclRule.Action.ALLOW;
                    case "deny" -> AclRule.Action.DENY;
                    default -> throw wrong(line);
                },
                target);
    }

    private static IllegalArgumentException wrong(String line) {
        return new IllegalArgumentException(
                "'" + Shown.of(line) + "': expected 'allow HOST:PORT' or 'deny HOST:PORT', as in allow db:5432");
    }
}
