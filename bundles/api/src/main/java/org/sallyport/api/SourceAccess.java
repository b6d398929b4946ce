// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Which sources may connect to a destination, at the end where applications connect.
 *
 * @param restricted whether only those may that a rule lets in; then no rule means nobody
 * @param rules what they are when restricted, at most {@value #MAX_RULES}; each once, an owner has one
 */
public record SourceAccess(boolean restricted, List<SourceRule> rules) {
    /** So that judging a source stays quick. */
    public static final int MAX_RULES = 1_000;

    /** Everyone who reaches the port. */
    public static final SourceAccess OPEN = new SourceAccess(false, List.of());

    public SourceAccess {
        rules = List.copyOf(rules);
        if (rules.size() > MAX_RULES) {
            throw new IllegalArgumentException(
                    rules.size() + " source rules: expected at most " + MAX_RULES + "; join neighbours to blocks");
        }
    }

    /** {@return whether a connection from there is taken} */
    public boolean allows(InetSocketAddress source) {
        if (!restricted) {
            return true;
        }
        for (int each = 0; each < rules.size(); each++) {
            if (rules.get(each).matches(source)) {
                return true;
            }
        }
        return false;
    }

    /** {@return the same rules, in force or not} */
    public SourceAccess withRestricted(boolean wish) {
        return new SourceAccess(wish, rules);
    }

    /** {@return this with one rule more, which replaces the one of the same owner} */
    public SourceAccess with(SourceRule rule) {
        List<SourceRule> changed = new ArrayList<>(rules);
        changed.removeIf(one ->
                one.equals(rule) || (!rule.owner().isEmpty() && rule.owner().equals(one.owner())));
        changed.add(rule);
        return new SourceAccess(restricted, changed);
    }

    /**
     * Takes a rule away.
     *
     * @param rule exactly as it was given
     * @return this without it; the same when it is not there
     */
    public SourceAccess without(SourceRule rule) {
        List<SourceRule> changed = new ArrayList<>(rules);
        return changed.remove(rule) ? new SourceAccess(restricted, changed) : this;
    }
}
