// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.ResourceTls;
import org.sallyport.api.Shown;

/** What may be tuned of a destination, the same words for a new one and for a change. */
final class OptionChanges {
    private static final Option CONNECT_TIMEOUT =
            Option.value("--connect-timeout", "S", "seconds to reach the resource, over all tries");
    private static final Option IDLE_TIMEOUT =
            Option.value("--idle-timeout", "S", "seconds without a byte after which a connection is closed; 0: never");
    private static final Option MAX_CONNECTIONS =
            Option.value("--max-connections", "N", "how many may be open at once; 0: any number");
    private static final Option ALPN = Option.value(
            "--alpn", "LIST", "protocols that applications are offered in TLS, as in h2,http/1.1; none: none");
    private static final Option RESTRICTED = Option.value(
            "--restricted",
            "yes|no",
            "yes: only sources that destination:rule lets in may connect",
            Completion.words("yes", "no"));
    private static final Option RESOURCE_TLS = Option.value(
            "--resource-tls",
            "none|tls|mutual",
            "what protects the way to the resource",
            Completion.words("none", "tls", "mutual"));
    private static final Option RESOURCE_NAME = Option.value(
            "--resource-name",
            "NAME",
            "the name that the resource's certificate is for; its host unless told otherwise; none: its host");
    private static final Option VERIFY = Option.value(
            "--verify-resource",
            "yes|no",
            "no: any certificate of the resource is accepted, which lets others read along",
            Completion.words("yes", "no"));

    private static final String NOTHING = "none";

    private OptionChanges() {}

    static Option[] all() {
        return new Option[] {
            CONNECT_TIMEOUT, IDLE_TIMEOUT, MAX_CONNECTIONS, ALPN, RESTRICTED, RESOURCE_TLS, RESOURCE_NAME, VERIFY
        };
    }

    /**
     * Reads what is to change.
     *
     * @param given in a call
     * @return makes new options of old ones; everything that stands by itself is checked before this returns
     */
    static UnaryOperator<DestinationOptions> of(Given given) {
        List<UnaryOperator<DestinationOptions>> changes = new ArrayList<>();
        var connect = given.seconds(CONNECT_TIMEOUT);
        if (connect != null) {
            changes.add(options -> options.withConnectTimeout(connect));
        }
        var idle = given.seconds(IDLE_TIMEOUT);
        if (idle != null) {
            changes.add(options -> options.withIdleTimeout(idle));
        }
        Integer most = given.number(MAX_CONNECTIONS, 0, Integer.MAX_VALUE);
        if (most != null) {
            changes.add(options -> options.withMaxConnections(most));
        }
        String alpn = given.text(ALPN);
        if (alpn != null) {
            List<String> protocols = alpn.equals(NOTHING) ? List.of() : List.of(alpn.split(",", -1));
            changes.add(options -> options.withAlpn(protocols));
        }
        Boolean restricted = yes(given, RESTRICTED);
        if (restricted != null) {
            changes.add(options -> options.withSources(options.sources().withRestricted(restricted)));
        }
        changes.add(resource(given));
        UnaryOperator<DestinationOptions> all = options -> {
            DestinationOptions changed = options;
            for (UnaryOperator<DestinationOptions> change : changes) {
                changed = change.apply(changed);
            }
            return changed;
        };
        return all;
    }

    private static UnaryOperator<DestinationOptions> resource(Given given) {
        String word = given.text(RESOURCE_TLS);
        LegSecurity security = word == null ? null : security(word);
        String name = given.text(RESOURCE_NAME);
        Boolean verify = yes(given, VERIFY);
        return options -> {
            ResourceTls before = options.resourceTls();
            LegSecurity now = security == null ? before.security() : security;
            // what belongs to TLS goes with it, unless somebody asks for it in the same breath
            ResourceTls kept = now == LegSecurity.NONE ? ResourceTls.NONE : before;
            return options.withResourceTls(new ResourceTls(
                    now,
                    name == null ? kept.serverName() : name.equals(NOTHING) ? "" : name,
                    verify == null ? kept.verify() : verify));
        };
    }

    private static LegSecurity security(String word) {
        try {
            return LegSecurity.of(word);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(RESOURCE_TLS.name() + " " + e.getMessage(), e);
        }
    }

    private static @Nullable Boolean yes(Given given, Option option) {
        String word = given.text(option);
        if (word == null) {
            return null;
        }
        if (!word.equals("yes") && !word.equals("no")) {
            throw new IllegalArgumentException(option.name() + " '" + Shown.of(word) + "': expected yes or no");
        }
        return word.equals("yes");
    }
}
