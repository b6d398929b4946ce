// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.net.InetAddress;
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
 * The rules of a list, by what they are found by: every open and every address is judged, and there may be thousands of rules.
 * Not changed once it is made.
 */
final class AclIndex {
    /** Bits of an IPv6 address that stand before an IPv4 one that it carries. */
    private static final int BEFORE_CARRIED = 96;

    private final List<Entry> anyHost = new ArrayList<>(1);
    private final Map<String, List<Entry>> names = new HashMap<>();
    private final Map<Cidr, List<Entry>> blocks = new HashMap<>();

    /** The prefixes that blocks have. */
    private final SortedSet<Integer> prefixes = new TreeSet<>();

    /** Ports of those that allow a block, 0 for any. */
    private final Set<Integer> allowedByAddress = new HashSet<>();

    /** Ports of those that allow paths of a block, 0 for any. */
    private final Set<Integer> pathsByAddress = new HashSet<>();

    AclIndex(List<AclRule> rules) {
        rules.forEach(this::add);
    }

    private void add(AclRule rule) {
        Cidr block = rule.host().isEmpty() ? null : Cidr.ofLiteral(rule.host());
        Entry entry = new Entry(rule, block);
        if (rule.host().isEmpty()) {
            anyHost.add(entry);
        } else if (block == null) {
            names.computeIfAbsent(rule.host().toLowerCase(Locale.ROOT), any -> new ArrayList<>(1))
                    .add(entry);
        } else {
            blocks.computeIfAbsent(block, any -> new ArrayList<>(1)).add(entry);
            prefixes.add(block.prefix());
            if (rule.action() == AclRule.Action.ALLOW) {
                (rule.path().isEmpty() ? allowedByAddress : pathsByAddress).add(rule.port());
            }
        }
    }

    /** {@return whether a rule with an address or a block allows whole connections to a port} */
    boolean mayAllowByAddress(int port) {
        return allowedByAddress.contains(0) || allowedByAddress.contains(port);
    }

    /** {@return whether a rule with an address or a block allows paths at a port} */
    boolean mayAllowPathsByAddress(int port) {
        return pathsByAddress.contains(0) || pathsByAddress.contains(port);
    }

    /**
     * Finds the most specific rules that match a place.
     *
     * @param host as the destination names it
     * @param port its port
     * @param address what the name resolved to, or null before that
     */
    AclMatch match(String host, int port, @Nullable InetAddress address) {
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
        return search.found();
    }

    private List<Entry> around(InetAddress address, int prefix) {
        Cidr block = Cidr.around(address, prefix);
        return block == null ? List.of() : blocks.getOrDefault(block, List.of());
    }

    /**
     * A rule, read.
     *
     * @param block that its host part names; null when that is empty or a name
     */
    private record Entry(AclRule rule, @Nullable Cidr block) {
        int rank(int before) {
            int host =
                    rule.host().isEmpty() ? 0 : block == null || block.isSingle() ? 200 : 1 + before + block.prefix();
            return host * 2 + (rule.port() == 0 ? 0 : 1);
        }
    }

    /** The rules of the highest rank so far. */
    private static final class Search {
        private final int port;
        private final List<AclRule> best = new ArrayList<>(2);
        private int bestRank = -1;

        Search(int port) {
            this.port = port;
        }

        /** @param before bits of the address that stand before those that the rules are about */
        void among(List<Entry> matching, int before) {
            for (Entry entry : matching) {
                int rank = entry.rank(before);
                if (rank < bestRank || !entry.rule().matchesPort(port)) {
                    continue;
                }
                if (rank > bestRank) {
                    bestRank = rank;
                    best.clear();
                }
                best.add(entry.rule());
            }
        }

        AclMatch found() {
            AclRule whole = null;
            for (AclRule rule : best) {
                if (rule.path().isEmpty() && (whole == null || rule.action() == AclRule.Action.DENY)) {
                    whole = rule;
                }
            }
            List<AclRule> paths =
                    best.stream().filter(this::isUndisputedPath).distinct().toList();
            return new AclMatch(whole, paths);
        }

        /** A path is an exception to what is said of the very same place, and no more. */
        private boolean isUndisputedPath(AclRule rule) {
            return !rule.path().isEmpty()
                    && best.stream()
                            .noneMatch(other -> other.action() == AclRule.Action.DENY && !other.samePlace(rule));
        }
    }
}
