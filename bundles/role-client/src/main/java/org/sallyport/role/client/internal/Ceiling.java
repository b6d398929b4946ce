// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Acl;
import org.sallyport.api.AclFile;
import org.sallyport.api.AclRule;
import org.sallyport.api.HostPort;
import org.sallyport.api.Shown;
import org.sallyport.api.Verdict;

/**
 * What this client may dial at most, whatever a gateway's ACL says; from a file of this instance, which no server can reach.
 * A file without a rule is no ceiling. One that cannot be read denies everything: a slip of the pen must not open what its
 * owner closed.
 */
sealed interface Ceiling {
    /** {@return no ceiling: there is no file, or no rule in it} */
    static Ceiling open() {
        return new Open();
    }

    /** {@return the rules; empty when there is no ceiling} */
    default Acl rules() {
        return Acl.EMPTY;
    }

    /**
     * Decides as {@link org.sallyport.spi.AccessPolicy#check} does.
     *
     * @return the denial, or null when this ceiling does not object
     */
    Verdict.@Nullable Denied check(String host, int port, @Nullable InetAddress address);

    /**
     * Decides as {@link org.sallyport.spi.AccessPolicy#checkPath} does.
     *
     * @return the denial, or null when this ceiling does not object
     */
    default Verdict.@Nullable Denied checkPath(String host, int port, @Nullable InetAddress address, String path) {
        return check(host, port, address);
    }

    /**
     * Decides as {@link org.sallyport.spi.AccessPolicy#checkUnresolved} does.
     *
     * @return the denial, or null when this ceiling does not object
     */
    Verdict.@Nullable Denied checkUnresolved(String host, int port);

    /** {@return the ceiling that the text of a file describes} */
    static Ceiling of(String text) {
        try {
            Acl rules = AclFile.parse(text);
            return rules.rules().isEmpty() ? open() : new Rules(rules);
        } catch (IllegalArgumentException e) {
            return new Broken(e.getMessage() == null ? "not an access list" : e.getMessage());
        }
    }

    /** Nothing is denied. */
    record Open() implements Ceiling {
        @Override
        public Verdict.@Nullable Denied check(String host, int port, @Nullable InetAddress address) {
            return null;
        }

        @Override
        public Verdict.@Nullable Denied checkUnresolved(String host, int port) {
            return null;
        }
    }

    /** What the rules do not allow is denied. */
    record Rules(Acl rules) implements Ceiling {
        @Override
        public Verdict.@Nullable Denied check(String host, int port, @Nullable InetAddress address) {
            return rules.verdict(host, port, address) instanceof Verdict.Denied denied
                    ? explained(denied, host, port, address)
                    : null;
        }

        @Override
        public Verdict.@Nullable Denied checkUnresolved(String host, int port) {
            return rules.verdictUnresolved(host, port) instanceof Verdict.Denied denied
                    ? explained(denied, host, port, null)
                    : null;
        }

        private Verdict.Denied explained(Verdict.Denied denied, String host, int port, @Nullable InetAddress address) {
            String place = new HostPort(host, port).toString();
            AclRule rule = rules.decisive(host, port, address);
            if (denied.byPath()) {
                return denied(
                        "this client's ceiling allows only paths of " + place
                                + ", which protocols of HTTP can keep to; the line 'allow " + place
                                + "' in its etc/ceiling.acl would allow whole connections",
                        true);
            }
            return denied(rule == null ? missing(place) : standing(rule, place), false);
        }

        @Override
        public Verdict.@Nullable Denied checkPath(String host, int port, @Nullable InetAddress address, String path) {
            if (rules.verdict(host, port, address, path).allowed()) {
                return null;
            }
            String place = new HostPort(host, port).toString();
            return denied(
                    "this client's ceiling does not allow path " + Shown.of(path) + " of " + place + "; a line 'allow "
                            + place + "/PATH' in its etc/ceiling.acl would",
                    true);
        }

        private static Verdict.Denied denied(String reason, boolean byPath) {
            return new Verdict.Denied(Verdict.Source.CEILING, reason, byPath);
        }

        private static String missing(String place) {
            return "no rule of this client's ceiling allows " + place + "; the line 'allow " + place
                    + "' in its etc/ceiling.acl would";
        }

        private static String standing(AclRule rule, String place) {
            return "the rule '" + rule + "' of this client's ceiling denies " + place
                    + "; it stands in its etc/ceiling.acl";
        }
    }

    /**
     * Everything is denied.
     *
     * @param problem why the file cannot be read
     */
    record Broken(String problem) implements Ceiling {
        @Override
        public Verdict.Denied check(String host, int port, @Nullable InetAddress address) {
            return new Verdict.Denied(
                    Verdict.Source.CEILING,
                    "this client's ceiling cannot be read, so nothing is dialled; its operator has to correct"
                            + " etc/ceiling.acl");
        }

        @Override
        public Verdict.Denied checkUnresolved(String host, int port) {
            return check(host, port, null);
        }
    }
}
