// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A block of addresses (RFC 4632 and RFC 4291), or one address as a block of its own. No name is ever looked up. */
public final class Cidr {
    private static final Pattern V4 = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:.]+(%[0-9A-Za-z._-]+)?");

    private final byte[] network;
    private final int prefix;

    private Cidr(byte[] network, int prefix) {
        this.network = network;
        this.prefix = prefix;
    }

    /**
     * Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32} or an address.
     *
     * @param text what a person wrote
     * @return the block
     */
    public static Cidr parse(String text) {
        Cidr block = ofLiteral(text);
        if (block == null) {
            throw new IllegalArgumentException(
                    "'" + Shown.of(text) + "': expected an address or a block as in 10.0.0.0/8 or 2001:db8::/32");
        }
        return block;
    }

    /**
     * The same as {@link #parse} for text that may be something else.
     *
     * @param text an address, a block or anything
     * @return the block, or null when it is something else
     */
    public static @Nullable Cidr ofLiteral(String text) {
        int slash = text.indexOf('/');
        byte[] address = literal(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        int bits = address.length * 8;
        int prefix = bits;
        if (slash >= 0) {
            String digits = text.substring(slash + 1);
            if (digits.isEmpty() || digits.length() > 3 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return null;
            }
            prefix = Integer.parseInt(digits);
            if (prefix > bits) {
                return null;
            }
        }
        return of(address, prefix);
    }

    /**
     * Reads an IPv4 or IPv6 address without asking any name service; an IPv4-mapped IPv6 address is the IPv4 address.
     *
     * @param text anything
     * @return its bytes, or null when it is not an address
     */
    private static byte @Nullable [] literal(String text) {
        Pattern form = text.indexOf(':') >= 0 ? V6 : V4;
        if (!form.matcher(text).matches()) {
            return null;
        }
        try {
            int zone = text.indexOf('%');
            return InetAddress.getByName(zone < 0 ? text : text.substring(0, zone))
                    .getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /**
     * The block around an address; an IPv4-mapped IPv6 address is the IPv4 address.
     *
     * @param address any
     * @param prefix how many leading bits count
     * @return null when the address has fewer bits
     */
    static @Nullable Cidr around(InetAddress address, int prefix) {
        byte[] bytes = unmapped(address.getAddress());
        return prefix > bytes.length * 8 ? null : of(bytes, prefix);
    }

    /** Clears the bits behind the prefix, in the array itself. */
    private static Cidr of(byte[] address, int prefix) {
        for (int bit = prefix; bit < address.length * 8; bit++) {
            address[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        return new Cidr(address, prefix);
    }

    /** {@return whether {@code address} lies in this block; an IPv4-mapped IPv6 address counts as IPv4} */
    public boolean contains(InetAddress address) {
        byte[] bytes = unmapped(address.getAddress());
        if (bytes.length != network.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit += 8) {
            int mask = prefix - bit >= 8 ? 0xff : 0xff << (8 - (prefix - bit)) & 0xff;
            if (((bytes[bit / 8] ^ network[bit / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    /** {@return how many leading bits all addresses of this block share} */
    public int prefix() {
        return prefix;
    }

    /** {@return whether this block is a single address} */
    public boolean isSingle() {
        return prefix == network.length * 8;
    }

    /** {@return the first address, four or sixteen bytes} */
    byte[] first() {
        return network.clone();
    }

    /** {@return the last address, four or sixteen bytes} */
    byte[] last() {
        byte[] last = network.clone();
        for (int bit = prefix; bit < last.length * 8; bit++) {
            last[bit / 8] |= (byte) (0x80 >> (bit % 8));
        }
        return last;
    }

    static byte[] unmapped(byte[] address) {
        if (address.length != 16) {
            return address;
        }
        for (int i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return address;
            }
        }
        return address[10] == -1 && address[11] == -1 ? Arrays.copyOfRange(address, 12, 16) : address;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Cidr that && prefix == that.prefix && Arrays.equals(network, that.network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + prefix;
    }

    @Override
    public String toString() {
        try {
            String address = InetAddress.getByAddress(network).getHostAddress();
            return isSingle() ? address : address + "/" + prefix;
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes always make an address", e);
        }
    }
}
