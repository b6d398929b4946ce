// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What clients of a gateway may dial, immutable. What no rule matches is denied. Of the rules that match, the most specific
 * decides; deny beats allow where two are equally specific. A rule with an exact host or address is more specific than
 * one with a block, a longer block than a shorter one, a block than none; between equals, one with a port than one
 * without. A deny rule with a block also denies the IPv6 addresses that carry one of it ({@link CarriedAddress}).
 *
 * <p>Rules with a path allow single requests of HTTP. They say all about the places that they name: where the most specific
 * rules that match a place have paths, whatever less specific ones allow does not hold there. Of several paths the longest
 * that matches decides. A path is an exception to the rule of the very same host and port; any other deny rule that is equally
 * specific beats it.
 */
public final class Acl {
    /** No rule: everything is denied. */
    public static final Acl EMPTY = new Acl(List.of());

    private static final int MAX_RULES = 10_000;

    /** What rules may take of a client's message (65,536 bytes), beside a token at an attach. */
    private static final int MAX_SENT_BYTES = 56 * 1024;

    /** Of one rule in a message: all but the texts of host and path, rounded up. */
    private static final int RULE_BYTES = 30;

    /** Of a path in a message: all but its text. */
    private static final int PATH_BYTES = 8;

    private final List<AclRule> rules;
    private final AclIndex index;

    /**
     * @param rules in the order in which they were given, no two with the same target; at most 10,000
     */
    public Acl(List<AclRule> rules) {
        this.rules = List.copyOf(rules);
        if (rules.size() > MAX_RULES) {
            throw new IllegalArgumentException(rules.size() + " ACL rules: expected at most " + MAX_RULES);
        }
        index = new AclIndex(this.rules);
    }

    /** {@return the rules in the order in which they were given} */
    public List<AclRule> rules() {
        return rules;
    }

    /**
     * Checks that a client can send rules to its server: they go in one message, so that all are put in force or none.
     *
     * @param rules to send
     * @throws IllegalArgumentException when they are too long; the message says what to do instead
     */
    public static void requireSendable(List<AclRule> rules) {
        long bytes = 0;
        for (AclRule rule : rules) {
            bytes += RULE_BYTES + bytes(rule.host());
            bytes += rule.path().isEmpty() ? 0 : PATH_BYTES + bytes(rule.path());
        }
        if (bytes > MAX_SENT_BYTES) {
            throw new IllegalArgumentException(rules.size() + " ACL rules take " + bytes
                    + " bytes: expected at most " + MAX_SENT_BYTES + " of a client, about a thousand rules; acl:load at"
                    + " the server takes a longer list");
        }
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * Adds a rule; a rule with the same target is replaced.
     *
     * @param rule what to add
     * @return the changed list
     */
    public Acl with(AclRule rule) {
        List<AclRule> next = new ArrayList<>(rules);
        for (int i = 0; i < next.size(); i++) {
            if (next.get(i).sameTarget(rule)) {
                next.set(i, rule);
                return new Acl(next);
            }
        }
        next.add(rule);
        return new Acl(next);
    }

    /**
     * Removes the rule with a target.
     *
     * @param target as {@link AclRule#target()} shows it
     * @return the changed list, or null when there is no such rule
     */
    public @Nullable Acl without(String target) {
        AclRule named = AclRule.parse(AclRule.Action.ALLOW, target);
        List<AclRule> next = new ArrayList<>(rules);
        return next.removeIf(rule -> rule.sameTarget(named)) ? new Acl(next) : null;
    }

    /**
     * Decides about a whole connection to a place before its name is resolved ({@code address} absent), or to an address
     * that is then dialled. Without an address, a place is denied only when no address could make it allowed.
     *
     * @param host the host name or address of the resource, as the destination names it
     * @param port the resource's port
     * @param address what the name resolved to, or null before that
     * @return the rule that matched, or the reason of a denial, which tells also whether single requests may be allowed
     */
    public Verdict verdict(String host, int port, @Nullable InetAddress address) {
        AclMatch match = index.match(host, port, address);
        AclRule whole = match.whole();
        if (whole != null && whole.action() == AclRule.Action.ALLOW) {
            return new Verdict.Allowed(whole.toString());
        }
        if (address == null && index.mayAllowByAddress(port)) {
            return new Verdict.Allowed("an address rule may allow it");
        }
        return denied(host, port, match, address == null && index.mayAllowPathsByAddress(port));
    }

    /**
     * Decides about a name that somebody else resolves, so that rules about addresses are never asked: it is allowed only when a
     * rule about names allows it.
     *
     * @param host as in {@link #verdict}
     * @param port as in {@link #verdict}
     * @return the rule that matched, or the reason of a denial
     */
    public Verdict verdictUnresolved(String host, int port) {
        AclMatch match = index.match(host, port, null);
        AclRule whole = match.whole();
        return whole != null && whole.action() == AclRule.Action.ALLOW
                ? new Verdict.Allowed(whole.toString())
                : denied(host, port, match, false);
    }

    private static Verdict.Denied denied(String host, int port, AclMatch match, boolean pathsMayFollow) {
        String place = new HostPort(host, port).toString();
        AclRule whole = match.whole();
        if (!match.paths().isEmpty()) {
            return new Verdict.Denied(
                    Verdict.Source.ACL, pathsOnly(place, match.paths().get(0)), true);
        }
        return new Verdict.Denied(
                Verdict.Source.ACL, whole == null ? unlisted(place) : denies(whole, place), pathsMayFollow);
    }

    /**
     * Decides about one request of HTTP.
     *
     * @param host as in {@link #verdict(String, int, InetAddress)}
     * @param port as there
     * @param address that is dialled; null where a proxy resolves the name
     * @param path of the request, decoded, without dot segments; begins with a slash
     * @return the rule that matched, or the reason of a denial
     */
    public Verdict verdict(String host, int port, @Nullable InetAddress address, String path) {
        AclMatch match = index.match(host, port, address);
        AclRule rule = match.longest(path);
        if (rule == null) {
            rule = match.whole();
        }
        if (rule != null && rule.action() == AclRule.Action.ALLOW) {
            return new Verdict.Allowed(rule.toString());
        }
        String place = new HostPort(host, port).toString();
        String wanted = place + Shown.of(AclRule.expressible(path));
        if (rule != null) {
            return new Verdict.Denied(
                    Verdict.Source.ACL,
                    "the ACL rule '" + rule + "' denies path " + Shown.of(path) + " of " + place
                            + "; acl:allow GATEWAY " + wanted + " would allow it",
                    !match.paths().isEmpty());
        }
        return new Verdict.Denied(
                Verdict.Source.ACL,
                "no ACL rule allows path " + Shown.of(path) + " of " + place
                        + (match.paths().isEmpty()
                                ? ""
                                : ", as '" + match.paths().get(0) + "' does others")
                        + "; acl:allow GATEWAY " + wanted + " would",
                !match.paths().isEmpty());
    }

    private static String unlisted(String place) {
        return "no ACL rule allows " + place + "; acl:allow GATEWAY " + place + " would";
    }

    private static String denies(AclRule rule, String place) {
        return "the ACL rule '" + rule + "' denies " + place + "; acl:remove GATEWAY " + rule.target()
                + " would lift it";
    }

    private static String pathsOnly(String place, AclRule example) {
        return "the ACL allows only paths of " + place + ", as '" + example
                + "' does, which protocols of HTTP can keep to; acl:allow GATEWAY " + place
                + " would allow whole connections";
    }

    /**
     * The rule that decides about whole connections to a place, whatever it says.
     *
     * @param host as in {@link #verdict(String, int, InetAddress)}
     * @param port as there
     * @param address as there
     * @return the most specific rule that matches, or null when none does, or only rules with paths
     */
    public @Nullable AclRule decisive(String host, int port, @Nullable InetAddress address) {
        return index.match(host, port, address).whole();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Acl that && rules.equals(that.rules);
    }

    @Override
    public int hashCode() {
        return rules.hashCode();
    }

    @Override
    public String toString() {
        return rules.toString();
    }
}
