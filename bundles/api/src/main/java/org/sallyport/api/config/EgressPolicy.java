// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.config;

import java.net.InetAddress;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.CarriedAddress;
import org.sallyport.api.Cidr;
import org.sallyport.api.HostPort;
import org.sallyport.api.Shown;
import org.sallyport.api.Verdict;

/**
 * What the server dials for cloud destinations, set in its own configuration only. Addresses that reach the server itself
 * or the cloud's own services are denied unless {@code egress.allow} names them: loopback, link-local (with the metadata
 * services), unspecified, multicast, and the server's own; the same in the forms that carry an IPv4 address inside of an
 * IPv6 one. {@code egress.deny} beats {@code egress.allow}. A name in {@code egress.allow} does not open link-local addresses
 * and metadata services: whoever answers for that name in the DNS could point it there.
 *
 * @param allow what may be dialled although it is denied by default
 * @param deny what may not be dialled
 */
public record EgressPolicy(List<Pattern> allow, List<Pattern> deny) {
    /**
     * One entry: a host name, an address or a block, and a port (0: any).
     *
     * @param host a host name in lower case; empty when there is a block
     * @param block an address or a block; null when there is a name
     */
    public record Pattern(String host, @Nullable Cidr block, int port) {
        /** Reads {@code HOST}, {@code ADDRESS} or {@code CIDR}, each with an optional {@code :PORT}, [] around IPv6. */
        static Pattern parse(String text) {
            int end = text.startsWith("[") ? text.indexOf(']') + 1 : text.lastIndexOf(':');
            if (text.startsWith("[") && end == 0) {
                throw new IllegalArgumentException("'" + Shown.of(text) + "' lacks its ]");
            }
            boolean bareV6 = !text.startsWith("[") && text.indexOf(':') != text.lastIndexOf(':');
            int port = 0;
            String place = text;
            if (!bareV6 && end >= 0 && end < text.length()) {
                if (text.charAt(end) != ':') {
                    throw new IllegalArgumentException("'" + Shown.of(text) + "': what follows ] must be :PORT");
                }
                port = HostPort.port(text.substring(end + 1), 1);
                place = text.substring(0, end);
            }
            if (place.startsWith("[")) {
                place = place.substring(1, place.length() - 1);
            }
            Cidr block = Cidr.ofLiteral(place);
            return new Pattern(block == null ? new HostPort(place, 0).host() : "", block, port);
        }

        boolean matches(String dialledHost, int dialledPort, @Nullable InetAddress address) {
            if (port != 0 && port != dialledPort) {
                return false;
            }
            return block == null ? host.equals(dialledHost) : address != null && block.contains(address);
        }

        @Override
        public String toString() {
            String place = block == null ? host : block.toString();
            return (place.indexOf(':') >= 0 ? "[" + place + "]" : place) + (port == 0 ? "" : ":" + port);
        }
    }

    public EgressPolicy {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }

    /**
     * Decides about a name before it is resolved ({@code address} absent), or about an address that is then dialled.
     *
     * @param host the resource's host as the destination names it, lower case
     * @param port its port
     * @param address what the name resolved to, or null before that
     * @param own whether an address is one of this server's
     * @return the verdict
     */
    public Verdict verdict(String host, int port, @Nullable InetAddress address, Predicate<InetAddress> own) {
        List<InetAddress> carried = address == null ? List.of() : CarriedAddress.of(address);
        for (Pattern pattern : deny) {
            if (pattern.matches(host, port, address)
                    || carried.stream().anyMatch(inner -> pattern.matches(host, port, inner))) {
                return new Verdict.Denied(
                        Verdict.Source.POLICY,
                        "egress.deny of the server names " + pattern + ", which matches " + shown(host, port, address));
            }
        }
        String special = address == null ? null : special(address, own);
        for (Pattern pattern : allow) {
            if (pattern.matches(host, port, address) && (pattern.block() != null || !isPlatform(address))) {
                return new Verdict.Allowed("egress.allow " + pattern);
            }
        }
        return special == null
                ? new Verdict.Allowed("not denied")
                : new Verdict.Denied(
                        Verdict.Source.POLICY,
                        shown(host, port, address) + " is " + special + ", denied by default; egress.allow = "
                                + new HostPort(address == null ? host : address.getHostAddress(), port)
                                + " in the server's configuration would allow it");
    }

    /** Whether an address is served by the platform that the server runs on, secrets of its account included. */
    private static boolean isPlatform(@Nullable InetAddress address) {
        if (address == null) {
            return false;
        }
        return address.isLinkLocalAddress()
                || isMetadata(address)
                || CarriedAddress.of(address).stream().anyMatch(EgressPolicy::isPlatform);
    }

    private static boolean isMetadata(InetAddress address) {
        return METADATA.stream().anyMatch(block -> block.contains(address));
    }

    private static @Nullable String special(InetAddress address, Predicate<InetAddress> own) {
        String special = plainSpecial(address, own);
        for (InetAddress inner : CarriedAddress.of(address)) {
            special = special == null ? plainSpecial(inner, own) : special;
        }
        return special;
    }

    private static @Nullable String plainSpecial(InetAddress address, Predicate<InetAddress> own) {
        if (address.isLoopbackAddress()) {
            return "a loopback address";
        }
        if (address.isLinkLocalAddress()) {
            return "a link-local address";
        }
        if (address.isAnyLocalAddress()) {
            return "the unspecified address";
        }
        if (address.isMulticastAddress() || isBroadcast(address)) {
            return "a multicast or broadcast address";
        }
        if (isMetadata(address)) {
            return "a metadata service";
        }
        return own.test(address) ? "an address of the server itself" : null;
    }

    private static boolean isBroadcast(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4 && (bytes[0] == 0 || (bytes[0] & bytes[1] & bytes[2] & bytes[3]) == -1);
    }

    /** Metadata services that do not lie in the link-local range: AWS and Google over IPv6, Alibaba, Oracle, Azure. */
    private static final List<Cidr> METADATA = List.of(
            Cidr.parse("fd00:ec2::/32"),
            Cidr.parse("fd20:ce::254"),
            Cidr.parse("100.100.100.200"),
            Cidr.parse("192.0.0.192"),
            Cidr.parse("168.63.129.16"));

    private static String shown(String host, int port, @Nullable InetAddress address) {
        String place = new HostPort(host, port).toString();
        return address == null || host.equals(address.getHostAddress())
                ? place
                : place + " (" + address.getHostAddress() + ")";
    }
}
