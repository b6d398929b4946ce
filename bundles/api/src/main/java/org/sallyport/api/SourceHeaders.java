// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/**
 * Who tells whom where an application really is, with the header of the PROXY protocol.
 *
 * @param sent what the resource is told with, as the first bytes of its connection, before TLS
 * @param expected whether each connection of an application has to begin with such a header, of either version and before
 *     TLS, because a load balancer stands before the destination. The header's word is believed, so only a destination that
 *     nobody else reaches should expect one.
 */
public record SourceHeaders(ProxyProtocol sent, boolean expected) {
    /** Nobody tells. */
    public static final SourceHeaders NONE = new SourceHeaders(ProxyProtocol.NONE, false);

    /** {@return these with another header to the resource} */
    public SourceHeaders withSent(ProxyProtocol version) {
        return new SourceHeaders(version, expected);
    }

    /** {@return these with or without headers of applications} */
    public SourceHeaders withExpected(boolean wish) {
        return new SourceHeaders(sent, wish);
    }
}
