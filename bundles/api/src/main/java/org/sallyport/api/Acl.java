// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What clients of a gateway may dial, immutable. What no rule matches is denied. Of the rules that match, the most specific
 * decides; deny beats allow where two are equally specific. A rule with an exact host or address is more specific than
 * one with a block, a longer block than a shorter one, a block than none; between equals, one with a port than one
 * without. A deny rule with a block also denies the IPv6 addresses that carry one of it ({@link CarriedAddress}).
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

    /** Bits of an IPv6 address that stand before an IPv4 one that it carries. */
    private static final int BEFORE_CARRIED = 96;

    private final List<AclRule> rules;

    /**
     * Those of the rules that decide about connections, by what they are found by: every open and every address is judged, and
     * there may be thousands of rules.
     */
    private final List<Entry> anyHost = new ArrayList<>(1);

    private final Map<String, List<Entry>> names = new HashMap<>();
    private final Map<Cidr, List<Entry>> blocks = new HashMap<>();

    /** The prefixes that blocks have. */
    private final SortedSet<Integer> prefixes = new TreeSet<>();

    /** Ports of those that allow a block, 0 for any. */
    private final Set<Integer> allowedByAddress = new HashSet<>();

    /**
     * @param rules in the order in which they were given, no two with the same target; at most 10,000
     */
    public Acl(List<AclRule> rules) {
        this.rules = List.copyOf(rules);
        if (rules.size() > MAX_RULES) {
            throw new IllegalArgumentException(rules.size() + " ACL rules: expected at most " + MAX_RULES);
        }
        for (AclRule rule : this.rules) {
            // a rule with a path allows single HTTP requests, never a whole connection
            if (rule.path().isEmpty()) {
                add(Entry.of(rule));
            }
        }
    }

    private void add(Entry entry) {
        Cidr block = entry.block();
        String host = entry.rule().host();
        if (host.isEmpty()) {
            anyHost.add(entry);
        } else if (block == null) {
            names.computeIfAbsent(host.toLowerCase(Locale.ROOT), any -> new ArrayList<>(1))
                    .add(entry);
        } else {
            blocks.computeIfAbsent(block, any -> new ArrayList<>(1)).add(entry);
            prefixes.add(block.prefix());
            if (entry.rule().action() == AclRule.Action.ALLOW) {
                allowedByAddress.add(entry.rule().port());
            }
        }
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
     * Decides about a place before its name is resolved ({@code address} absent), or about an address that is then
     * dialled. Without an address, a place is denied only when no address could make it allowed.
     *
     * @param host the host name or address of the resource, as the destination names it
     * @param port the resource's port
     * @param address what the name resolved to, or null before that
     * @return the rule that matched, or the reason of a denial
     */
    public Verdict verdict(String host, int port, @Nullable InetAddress address) {
        @Nullable Entry decisive = decisiveEntry(host, port, address);
        if (decisive != null && decisive.rule().action() == AclRule.Action.ALLOW) {
            return decisive.allowed();
        }
        if (address == null && addressMayAllow(port)) {
            return new Verdict.Allowed("an address rule may allow it");
        }
        return denied(host, port, decisive);
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
        @Nullable Entry decisive = decisiveEntry(host, port, null);
        return decisive != null && decisive.rule().action() == AclRule.Action.ALLOW
                ? decisive.allowed()
                : denied(host, port, decisive);
    }

    private static Verdict.Denied denied(String host, int port, @Nullable Entry decisive) {
        String place = new HostPort(host, port).toString();
        @Nullable AclRule best = decisive == null ? null : decisive.rule();
        return new Verdict.Denied(
                Verdict.Source.ACL,
                best == null
                        ? "no ACL rule allows " + place + "; acl:allow GATEWAY " + place + " would"
                        : "the ACL rule '" + best + "' denies " + place + "; acl:remove GATEWAY " + best.target()
                                + " would lift it");
    }

    /**
     * The rule that decides about a place, whatever it says.
     *
     * @param host as in {@link #verdict}
     * @param port as in {@link #verdict}
     * @param address as in {@link #verdict}
     * @return the most specific rule that matches, or null when none does
     */
    public @Nullable AclRule decisive(String host, int port, @Nullable InetAddress address) {
        @Nullable Entry decisive = decisiveEntry(host, port, address);
        return decisive == null ? null : decisive.rule();
    }

    private @Nullable Entry decisiveEntry(String host, int port, @Nullable InetAddress address) {
        Search search = new Search(port);
        search.among(anyHost, 0);
        search.among(names.getOrDefault(host.toLowerCase(Locale.ROOT), List.of()), 0);
        Cidr literal = Cidr.ofLiteral(host);
        if (literal != null) {
            search.among(blocks.getOrDefault(literal, List.of()), 0);
        }
        if (address != null) {
            for (int prefix : prefixes) {
                search.among(around(address, prefix), 0);
            }
            for (InetAddress carried : CarriedAddress.of(address)) {
                for (int prefix : prefixes) {
                    // an allow rule is about what it names only: nobody meant to open a translator by it
                    search.among(
                            around(carried, prefix).stream()
                                    .filter(entry -> entry.rule().action() == AclRule.Action.DENY)
                                    .toList(),
                            BEFORE_CARRIED);
                }
            }
        }
        return search.best;
    }

    private List<Entry> around(InetAddress address, int prefix) {
        Cidr block = Cidr.around(address, prefix);
        return block == null ? List.of() : blocks.getOrDefault(block, List.of());
    }

    private boolean addressMayAllow(int port) {
        return allowedByAddress.contains(0) || allowedByAddress.contains(port);
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

    /**
     * A rule, read.
     *
     * @param block that its host part names; null when that is empty or a name
     * @param allowed what it says of those that it allows
     */
    private record Entry(AclRule rule, @Nullable Cidr block, Verdict.Allowed allowed) {
        static Entry of(AclRule rule) {
            return new Entry(
                    rule,
                    rule.host().isEmpty() ? null : Cidr.ofLiteral(rule.host()),
                    new Verdict.Allowed(rule.toString()));
        }

        int rank(int before) {
            int host =
                    rule.host().isEmpty() ? 0 : block == null || block.isSingle() ? 200 : 1 + before + block.prefix();
            return host * 2 + (rule.port() == 0 ? 0 : 1);
        }
    }

    /** The most specific of the rules that match; deny beats allow where two are equally specific. */
    private static final class Search {
        private final int port;
        private int bestRank = -1;

        @Nullable
        Entry best;

        Search(int port) {
            this.port = port;
        }

        /** @param before bits of the address that stand before those that the rules are about */
        void among(List<Entry> matching, int before) {
            for (Entry entry : matching) {
                int rank = entry.rank(before);
                if (entry.rule().matchesPort(port)
                        && (rank > bestRank || (rank == bestRank && entry.rule().action() == AclRule.Action.DENY))) {
                    best = entry;
                    bestRank = rank;
                }
            }
        }
    }
}
