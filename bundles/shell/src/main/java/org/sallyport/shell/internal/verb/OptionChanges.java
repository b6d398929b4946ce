// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Bandwidth;
import org.sallyport.api.ByteSize;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.ProxyAddress;
import org.sallyport.api.ProxyProtocol;
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
    private static final Option PROXY_PROTOCOL = Option.value(
            "--proxy-protocol",
            "none|v1|v2",
            "tells the resource where applications are, with a header before all else",
            Completion.words("none", "v1", "v2"));
    private static final Option ACCEPT_PROXY_PROTOCOL = Option.value(
            "--accept-proxy-protocol",
            "yes|no",
            "yes: connections begin with the header of a load balancer, whose word is believed",
            Completion.words("yes", "no"));
    private static final Option BANDWIDTH_IN = Option.value(
            "--bandwidth-in",
            "SIZE",
            "bytes a second from all applications together, as in 512k or 10m; 0: any number");
    private static final Option BANDWIDTH_OUT =
            Option.value("--bandwidth-out", "SIZE", "bytes a second to all applications together; 0: any number");
    private static final Option RESOURCE_PROXY = Option.value(
            "--resource-proxy",
            "KIND://HOST:PORT",
            "the socks4, socks4a or socks5 proxy through which the resource is reached; none: none",
            Completion.words("none", "socks4://", "socks4a://", "socks5://"));

    private static final String NOTHING = "none";

    private OptionChanges() {}

    static Option[] all() {
        return new Option[] {
            CONNECT_TIMEOUT,
            IDLE_TIMEOUT,
            MAX_CONNECTIONS,
            ALPN,
            RESTRICTED,
            RESOURCE_TLS,
            RESOURCE_NAME,
            VERIFY,
            PROXY_PROTOCOL,
            ACCEPT_PROXY_PROTOCOL,
            BANDWIDTH_IN,
            BANDWIDTH_OUT,
            RESOURCE_PROXY
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
        addWays(given, changes);
        UnaryOperator<DestinationOptions> all = options -> {
            DestinationOptions changed = options;
            for (UnaryOperator<DestinationOptions> change : changes) {
                changed = change.apply(changed);
            }
            return changed;
        };
        return all;
    }

    /** What surrounds the application's bytes on both legs. */
    private static void addWays(Given given, List<UnaryOperator<DestinationOptions>> changes) {
        ProxyProtocol sent = given.read(PROXY_PROTOCOL, ProxyProtocol::of);
        if (sent != null) {
            changes.add(
                    options -> options.withSourceHeaders(options.sourceHeaders().withSent(sent)));
        }
        Boolean expected = yes(given, ACCEPT_PROXY_PROTOCOL);
        if (expected != null) {
            changes.add(
                    options -> options.withSourceHeaders(options.sourceHeaders().withExpected(expected)));
        }
        Long in = given.read(
                BANDWIDTH_IN,
                text -> Bandwidth.UNLIMITED.withIn(ByteSize.parse(text)).in());
        if (in != null) {
            changes.add(options -> options.withBandwidth(options.bandwidth().withIn(in)));
        }
        Long out = given.read(
                BANDWIDTH_OUT,
                text -> Bandwidth.UNLIMITED.withOut(ByteSize.parse(text)).out());
        if (out != null) {
            changes.add(options -> options.withBandwidth(options.bandwidth().withOut(out)));
        }
        String proxy = given.text(RESOURCE_PROXY);
        if (proxy != null) {
            ProxyAddress address = proxy.equals(NOTHING) ? null : given.read(RESOURCE_PROXY, OptionChanges::proxy);
            changes.add(options -> options.withResourceProxy(address));
        }
    }

    private static ProxyAddress proxy(String text) {
        if (text.indexOf('@') >= 0) {
            // not repeated, it may hold a password
            throw new IllegalArgumentException(
                    "credentials are given: expected socks5://HOST:PORT of a proxy that asks for" + " none");
        }
        try {
            return ProxyAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + Shown.of(text) + "': expected socks4://HOST:PORT, socks4a://HOST:PORT or socks5://HOST:PORT",
                    e);
        }
    }

    private static UnaryOperator<DestinationOptions> resource(Given given) {
        LegSecurity security = given.read(RESOURCE_TLS, LegSecurity::of);
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
