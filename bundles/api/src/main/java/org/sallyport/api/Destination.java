// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/**
 * How to reach one resource through one gateway, as the registry keeps it and as both ends apply it.
 *
 * @param id the destination's name for ever
 * @param gateway the gateway that it belongs to
 * @param name what the operator calls it, 1–128 printable characters
 * @param direction which way its connections go
 * @param protocol the protocol of the application's side: the {@code protocol.name} of the bundle that serves it
 * @param resource what the egress end dials
 * @param listenPort where applications connect: the server's port of an on-premises destination, the client's port of a
 *     cloud destination; 1–65535
 * @param enabled the operator's wish
 * @param options what the operator tuned
 */
public record Destination(
        DestinationId id,
        GatewayId gateway,
        String name,
        Direction direction,
        String protocol,
        HostPort resource,
        int listenPort,
        boolean enabled,
        DestinationOptions options) {
    public Destination {
        if (!id.belongsTo(gateway)) {
            throw new IllegalArgumentException("destination " + id + " does not belong to gateway " + gateway);
        }
        Names.check("destination name", name);
        if (!protocol.matches("[a-z][a-z0-9-]{0,31}")) {
            throw new IllegalArgumentException(
                    "protocol '" + Shown.of(protocol) + "': expected a protocol's name in small letters, as in tcp");
        }
        if (resource.port() == 0) {
            throw new IllegalArgumentException("resource port 0: expected a number from 1 to 65535");
        }
        if (listenPort < 1 || listenPort > 65_535) {
            throw new IllegalArgumentException("listen port " + listenPort + ": expected a number from 1 to 65535");
        }
    }

    /** {@return what its protocol stands on} */
    public Transport transport() {
        return Transport.of(protocol);
    }

    /**
     * Whether a proxy is told the resource's name, and resolves it. The server's own end always resolves names itself, so that
     * no name leads past its policy to an address that it would not dial.
     *
     * @return false too where the resource is an address, or there is no proxy
     */
    public boolean proxyResolves() {
        ProxyAddress proxy = options.resourceProxy();
        return proxy != null
                && proxy.kind() != ProxyAddress.Kind.SOCKS4
                && direction == Direction.ON_PREMISES
                && Cidr.ofLiteral(resource.host()) == null;
    }

    /** {@return this destination with other options} */
    public Destination withOptions(DestinationOptions other) {
        return new Destination(id, gateway, name, direction, protocol, resource, listenPort, enabled, other);
    }

    /** {@return this destination, enabled or disabled} */
    public Destination withEnabled(boolean wish) {
        return new Destination(id, gateway, name, direction, protocol, resource, listenPort, wish, options);
    }
}
