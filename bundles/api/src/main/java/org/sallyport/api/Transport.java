// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/**
 * What a destination's protocol stands on. Ports of the two are counted apart, so a registry, a server and a client have to
 * know it also of protocols that are not installed: the name says it.
 */
public enum Transport {
    /** Connections. */
    TCP,
    /** Datagrams. */
    UDP;

    /**
     * What a protocol stands on.
     *
     * @param protocol its name
     * @return {@link #UDP} of {@code udp} and of names that begin with {@code udp-}
     */
    public static Transport of(String protocol) {
        return protocol.equals("udp") || protocol.startsWith("udp-") ? UDP : TCP;
    }
}
