// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets sources connect to a restricted destination.
 *
 * @param addresses where they connect from; null: any address
 * @param ports the ports that they connect from; null: any port
 * @param owner whose rule it is, 1–64 letters, digits and {@code . _ : -}; a later rule of the same owner replaces it;
 *     empty: nobody's
 */
public record SourceRule(@Nullable AddressRange addresses, @Nullable PortRange ports, String owner) {
    private static final Pattern OWNER = Pattern.compile("[A-Za-z0-9._:-]{0,64}");
    private static final String ANY = "any";

    public SourceRule {
        if (!OWNER.matcher(owner).matches()) {
            throw new IllegalArgumentException("owner '" + Shown.of(owner)
                    + "' of a source rule: expected at most 64 letters, digits, dots, dashes, colons and underscores");
        }
    }

    /**
     * Reads {@code ADDRESSES[ PORTS[ OWNER]]}; {@code any} stands for any address and for any port.
     *
     * @param text what {@link #toString} wrote
     * @return the rule
     */
    public static SourceRule parse(String text) {
        String[] parts = text.strip().split(" +", -1);
        if (parts.length > 3 || parts[0].isEmpty()) {
            throw new IllegalArgumentException("source rule '" + Shown.of(text)
                    + "': expected ADDRESSES, ADDRESSES PORTS or ADDRESSES PORTS OWNER");
        }
        return new SourceRule(
                parts[0].equals(ANY) ? null : AddressRange.parse(parts[0]),
                parts.length < 2 || parts[1].equals(ANY) ? null : PortRange.parse(parts[1]),
                parts.length < 3 ? "" : parts[2]);
    }

    /** {@return whether a source is let in} */
    public boolean matches(InetSocketAddress source) {
        InetAddress address = source.getAddress();
        return (addresses == null || (address != null && addresses.contains(address)))
                && (ports == null || ports.contains(source.getPort()));
    }

    /** {@return the form that {@link #parse} reads} */
    @Override
    public String toString() {
        String from = addresses == null ? ANY : addresses.toString();
        if (ports == null && owner.isEmpty()) {
            return from;
        }
        return from + " " + (ports == null ? ANY : ports) + (owner.isEmpty() ? "" : " " + owner);
    }
}
