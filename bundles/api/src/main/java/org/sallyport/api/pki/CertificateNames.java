// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.sallyport.api.HostPort;
import org.sallyport.api.Shown;

/**
 * The names that a certificate is issued for, as applications write them when they connect: DNS names and IP addresses.
 * They are kept in lower case, each once.
 *
 * @param names 1–100 names; {@code *.example.com} only where {@code wildcards} allows it (RFC 6125 §6.4.3)
 * @param wildcards whether somebody asked for names with a star
 */
public record CertificateNames(List<String> names, boolean wildcards) {
    private static final int MAX_NAMES = 100;
    private static final Pattern IPV4_LIKE = Pattern.compile("(.*\\.)?[0-9]+");
    private static final Pattern IPV4 = Pattern.compile(
            "((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])");

    /** What a machine calls itself: as shipped, clients listen there and nowhere else. */
    public static final CertificateNames LOCAL = of("localhost", "127.0.0.1", "::1");

    public CertificateNames {
        if (names.isEmpty() || names.size() > MAX_NAMES) {
            throw new IllegalArgumentException(
                    names.size() + " names for a certificate: expected 1 to " + MAX_NAMES + " names or addresses");
        }
        Set<String> normal = new LinkedHashSet<>();
        for (String name : names) {
            normal.add(normal(name, wildcards));
        }
        names = List.copyOf(new ArrayList<>(normal));
    }

    /** {@return names without a star} */
    public static CertificateNames of(String... names) {
        return new CertificateNames(List.of(names), false);
    }

    /** {@return whether one of these names is an IP address} */
    public static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || IPV4.matcher(name).matches();
    }

    private static String normal(String name, boolean wildcards) {
        boolean star = name.startsWith("*.");
        if (star && !wildcards) {
            throw new IllegalArgumentException("name '" + Shown.of(name)
                    + "': expected a whole name, a certificate with a star is issued only when that is asked for");
        }
        String host = new HostPort(star ? name.substring(2) : name, 0).host();
        if (host.indexOf(':') >= 0) {
            return star ? refuse(name) : address(name, host);
        }
        if (IPV4_LIKE.matcher(host).matches() ? star || !IPV4.matcher(host).matches() : star && host.indexOf('.') < 0) {
            return refuse(name);
        }
        return star ? "*." + host : host;
    }

    private static String address(String name, String host) {
        if (host.indexOf('%') >= 0) {
            return refuse(name);
        }
        try {
            // brackets keep the resolver from asking anybody
            return InetAddress.getByName("[" + host + "]").getHostAddress();
        } catch (UnknownHostException e) {
            return refuse(name);
        }
    }

    private static String refuse(String name) {
        throw new IllegalArgumentException(
                "name '" + Shown.of(name) + "': expected a host name or an IP address that a certificate can hold");
    }
}
