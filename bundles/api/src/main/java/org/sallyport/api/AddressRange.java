// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * IPv4 or IPv6 addresses that lie side by side: one, a block, or all from one to another. No name is ever looked up; an
 * IPv4-mapped IPv6 address is the IPv4 address.
 */
public final class AddressRange {
    private final byte[] first;
    private final byte[] last;
    private final String text;

    private AddressRange(byte[] first, byte[] last, String text) {
        this.first = first;
        this.last = last;
        this.text = text;
    }

    /**
     * Reads {@code 10.0.0.7}, {@code 10.0.0.0/8} or {@code 10.0.0.7-10.0.0.12}, and the same of IPv6.
     *
     * @param text what a person wrote
     * @return the addresses
     */
    public static AddressRange parse(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            Cidr block = Cidr.ofLiteral(text);
            if (block == null) {
                throw wrong(text);
            }
            return new AddressRange(block.first(), block.last(), block.toString());
        }
        Cidr from = Cidr.ofLiteral(text.substring(0, dash).strip());
        Cidr to = Cidr.ofLiteral(text.substring(dash + 1).strip());
        if (from == null || to == null || !from.isSingle() || !to.isSingle()) {
            throw wrong(text);
        }
        byte[] first = from.first();
        byte[] last = to.first();
        if (first.length != last.length || Arrays.compareUnsigned(first, last) > 0) {
            throw new IllegalArgumentException("'" + Shown.of(text)
                    + "': expected FIRST-LAST, two addresses of one kind of which the first is not higher");
        }
        return new AddressRange(first, last, from + "-" + to);
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException("'" + Shown.of(text)
                + "': expected an address, a block as in 10.0.0.0/8, or a range as in 10.0.0.7-10.0.0.12");
    }

    /** {@return whether an address is one of these} */
    public boolean contains(InetAddress address) {
        byte[] bytes = Cidr.unmapped(address.getAddress());
        return bytes.length == first.length
                && Arrays.compareUnsigned(first, bytes) <= 0
                && Arrays.compareUnsigned(bytes, last) <= 0;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AddressRange that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(text);
    }

    /** {@return the form that {@link #parse} reads} */
    @Override
    public String toString() {
        return text;
    }
}
