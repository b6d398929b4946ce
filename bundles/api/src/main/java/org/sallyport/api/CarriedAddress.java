// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * The IPv4 address inside of an IPv6 one. Where packets are translated, dialling the one reaches the other, so whatever is
 * denied to the one is denied to the other. Known are the forms whose prefix is the same everywhere: NAT64 (RFC 6052), its
 * local prefix (RFC 8215), 6to4 (RFC 3056) and IPv4-compatible addresses (RFC 4291, 2.5.5.1). A translator with a prefix of
 * its network's own is not recognised.
 */
public final class CarriedAddress {
    private static final Cidr NAT64 = Cidr.parse("64:ff9b::/96");
    private static final Cidr LOCAL_NAT64 = Cidr.parse("64:ff9b:1::/48");
    private static final Cidr SIX_TO_FOUR = Cidr.parse("2002::/16");

    private CarriedAddress() {}

    /**
     * The IPv4 addresses that an address may reach through a translator.
     *
     * @param address any
     * @return one for most forms; several for the local NAT64 prefix, as its networks divide it as they like; none when
     *     nothing is carried
     */
    public static List<InetAddress> of(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != 16) {
            return List.of();
        }
        if (NAT64.contains(address) || isCompatible(bytes)) {
            return List.of(taken(bytes, 12, 13, 14, 15));
        }
        if (SIX_TO_FOUR.contains(address)) {
            return List.of(taken(bytes, 2, 3, 4, 5));
        }
        return LOCAL_NAT64.contains(address) ? byAnyLength(bytes) : List.of();
    }

    private static boolean isCompatible(byte[] bytes) {
        for (int i = 0; i < 12; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** A prefix of 48, 56, 64 or 96 bits puts the address at another place; zeros there are no address but padding. */
    private static List<InetAddress> byAnyLength(byte[] bytes) {
        List<InetAddress> carried = new ArrayList<>(4);
        for (InetAddress each : List.of(
                taken(bytes, 6, 7, 9, 10),
                taken(bytes, 7, 9, 10, 11),
                taken(bytes, 9, 10, 11, 12),
                taken(bytes, 12, 13, 14, 15))) {
            if (each.getAddress()[0] != 0) {
                carried.add(each);
            }
        }
        return carried;
    }

    private static InetAddress taken(byte[] bytes, int first, int second, int third, int fourth) {
        try {
            return InetAddress.getByAddress(new byte[] {bytes[first], bytes[second], bytes[third], bytes[fourth]});
        } catch (UnknownHostException e) {
            throw new AssertionError("4 bytes always make an address", e);
        }
    }
}
