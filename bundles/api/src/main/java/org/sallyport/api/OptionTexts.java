// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Options of a destination as named texts: the form in which the tunnel carries them and the registry keeps them. Only what
 * differs from the defaults is written, so what is added later needs no migration. Timeouts and the connection limit are not
 * among them; those are numbers with fields of their own.
 */
public final class OptionTexts {
    private static final String ALPN = "alpn";
    private static final String RESOURCE_TLS = "resource-tls";
    private static final String RESOURCE_NAME = "resource-server-name";
    private static final String RESOURCE_VERIFY = "resource-verify";
    private static final String RESTRICTED = "restricted";
    private static final String SOURCE_RULES = "source-rules";
    private static final String PROXY_PROTOCOL = "proxy-protocol";
    private static final String ACCEPT_PROXY_PROTOCOL = "accept-proxy-protocol";
    private static final String BANDWIDTH = "bandwidth";
    private static final String BANDWIDTH_IN = "bandwidth-in";
    private static final String BANDWIDTH_OUT = "bandwidth-out";
    private static final String RESOURCE_PROXY = "resource-proxy";
    private static final String BETWEEN_RULES = ";";

    private OptionTexts() {}

    /** {@return what differs from the defaults, by name} */
    public static SortedMap<String, String> write(DestinationOptions options) {
        TreeMap<String, String> texts = new TreeMap<>();
        if (!options.alpn().isEmpty()) {
            texts.put(ALPN, String.join(",", options.alpn()));
        }
        ResourceTls tls = options.resourceTls();
        if (tls.security() != LegSecurity.NONE) {
            texts.put(RESOURCE_TLS, tls.security().word());
        }
        if (!tls.serverName().isEmpty()) {
            texts.put(RESOURCE_NAME, tls.serverName());
        }
        if (!tls.verify()) {
            texts.put(RESOURCE_VERIFY, "false");
        }
        SourceAccess sources = options.sources();
        if (sources.restricted()) {
            texts.put(RESTRICTED, "true");
        }
        if (!sources.rules().isEmpty()) {
            texts.put(
                    SOURCE_RULES,
                    String.join(
                            BETWEEN_RULES,
                            sources.rules().stream().map(SourceRule::toString).toList()));
        }
        writeWays(options, texts);
        return Collections.unmodifiableSortedMap(texts);
    }

    private static void writeWays(DestinationOptions options, SortedMap<String, String> texts) {
        SourceHeaders headers = options.sourceHeaders();
        if (headers.sent() != ProxyProtocol.NONE) {
            texts.put(PROXY_PROTOCOL, headers.sent().word());
        }
        if (headers.expected()) {
            texts.put(ACCEPT_PROXY_PROTOCOL, "true");
        }
        if (options.bandwidth().in() > 0) {
            texts.put(BANDWIDTH_IN, Long.toString(options.bandwidth().in()));
        }
        if (options.bandwidth().out() > 0) {
            texts.put(BANDWIDTH_OUT, Long.toString(options.bandwidth().out()));
        }
        if (options.resourceProxy() != null) {
            texts.put(RESOURCE_PROXY, options.resourceProxy().toString());
        }
    }

    /**
     * Reads options.
     *
     * @param texts what {@link #write} wrote, and perhaps names that are not known here, which are passed over
     * @param base timeouts and limit
     * @return the base with what is named
     * @throws IllegalArgumentException when a text makes no sense
     */
    public static DestinationOptions read(Map<String, String> texts, DestinationOptions base) {
        List<SourceRule> rules = new ArrayList<>();
        for (String rule : listed(texts, SOURCE_RULES, BETWEEN_RULES)) {
            rules.add(SourceRule.parse(rule));
        }
        return base.withAlpn(listed(texts, ALPN, ","))
                .withSources(new SourceAccess(flag(texts, RESTRICTED, false), rules))
                .withResourceTls(new ResourceTls(
                        LegSecurity.of(texts.getOrDefault(RESOURCE_TLS, LegSecurity.NONE.word())),
                        texts.getOrDefault(RESOURCE_NAME, ""),
                        flag(texts, RESOURCE_VERIFY, true)))
                .withSourceHeaders(new SourceHeaders(
                        ProxyProtocol.of(texts.getOrDefault(PROXY_PROTOCOL, ProxyProtocol.NONE.word())),
                        flag(texts, ACCEPT_PROXY_PROTOCOL, false)))
                .withBandwidth(new Bandwidth(size(texts, BANDWIDTH_IN), size(texts, BANDWIDTH_OUT)))
                .withResourceProxy(proxy(texts));
    }

    private static long size(Map<String, String> texts, String name) {
        return ByteSize.parse(texts.getOrDefault(name, "0"));
    }

    private static @Nullable ProxyAddress proxy(Map<String, String> texts) {
        String text = texts.get(RESOURCE_PROXY);
        return text == null ? null : ProxyAddress.parse(text);
    }

    /**
     * Names the features that the end of a client has to have, so that it does not serve the destination as something less.
     *
     * @param destination as it is configured
     * @return names that {@code attach} announces
     */
    public static List<String> needs(Destination destination) {
        List<String> needs = new ArrayList<>();
        DestinationOptions options = destination.options();
        if (destination.direction() == Direction.ON_PREMISES) {
            if (options.resourceTls().security() != LegSecurity.NONE) {
                needs.add(RESOURCE_TLS);
            }
            if (options.sourceHeaders().sent() != ProxyProtocol.NONE) {
                needs.add(PROXY_PROTOCOL);
            }
            if (options.resourceProxy() != null) {
                needs.add(RESOURCE_PROXY);
            }
        } else {
            if (options.sources().restricted()) {
                needs.add(SOURCE_RULES);
            }
            if (options.sourceHeaders().expected()) {
                needs.add(ACCEPT_PROXY_PROTOCOL);
            }
            if (!options.bandwidth().equals(Bandwidth.UNLIMITED)) {
                needs.add(BANDWIDTH);
            }
        }
        return needs;
    }

    /** {@return what this version knows of {@link #needs}} */
    public static List<String> known() {
        return List.of(RESOURCE_TLS, SOURCE_RULES, PROXY_PROTOCOL, ACCEPT_PROXY_PROTOCOL, BANDWIDTH, RESOURCE_PROXY);
    }

    private static List<String> listed(Map<String, String> texts, String name, String between) {
        String text = texts.getOrDefault(name, "");
        return text.isEmpty() ? List.of() : List.of(text.split(between, -1));
    }

    private static boolean flag(Map<String, String> texts, String name, boolean usual) {
        String text = texts.get(name);
        if (text == null) {
            return usual;
        }
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException(name + " '" + Shown.of(text) + "': expected true or false");
        }
        return text.equals("true");
    }
}
