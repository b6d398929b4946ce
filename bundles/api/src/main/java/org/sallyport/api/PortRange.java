// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/**
 * The ports that a server gives to its on-premises destinations.
 *
 * @param first the lowest port, 1–65535
 * @param last the highest port, at least {@code first}
 */
public record PortRange(int first, int last) {
    public PortRange {
        if (first < 1 || last > 65_535 || first > last) {
            throw new IllegalArgumentException(
                    first + "-" + last + ": expected FIRST-LAST with 1 <= FIRST <= LAST <= 65535");
        }
    }

    /**
     * Reads {@code 15000-19999}, or a single port.
     *
     * @param text what a person wrote
     * @return the range
     */
    public static PortRange parse(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            int only = HostPort.port(text, 1);
            return new PortRange(only, only);
        }
        return new PortRange(
                HostPort.port(text.substring(0, dash).strip(), 1),
                HostPort.port(text.substring(dash + 1).strip(), 1));
    }

    /** {@return whether {@code port} lies in this range} */
    public boolean contains(int port) {
        return port >= first && port <= last;
    }

    /** {@return how many ports this range has} */
    public int size() {
        return last - first + 1;
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
