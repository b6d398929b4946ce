// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/**
 * How the end that dials protects the resource's leg.
 *
 * @param security nothing, TLS, or TLS with a certificate of this side
 * @param serverName the name that is asked for (RFC 6066 §3) and that the resource's certificate must be for; empty: the
 *     resource's host
 * @param verify false: any certificate is accepted, so that anybody on the way can read and change what is carried
 */
public record ResourceTls(LegSecurity security, String serverName, boolean verify) {
    /** The resource is reached without TLS. */
    public static final ResourceTls NONE = new ResourceTls(LegSecurity.NONE, "", true);

    public ResourceTls {
        serverName = serverName.isEmpty() ? "" : HostPort.normalHost(serverName);
        if (security == LegSecurity.NONE && !serverName.isEmpty()) {
            throw new IllegalArgumentException(
                    "server name " + serverName + " without TLS to the resource: expected TLS or no server name");
        }
        if (security == LegSecurity.NONE && !verify) {
            throw new IllegalArgumentException(
                    "the resource's certificate is not to be verified, but there is no TLS to the resource");
        }
    }
}
