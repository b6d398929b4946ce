// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.sallyport.api.DestinationId;
import org.sallyport.spi.OpenRequest;
import org.sallyport.wire.control.Open;

/** An open as the data plane knows it, and as it travels. */
final class Requests {
    private Requests() {}

    static Open toWire(OpenRequest request) {
        return new Open(
                request.destination().toString(),
                request.revision(),
                host(request.source()),
                request.source().getPort(),
                host(request.local()),
                request.local().getPort(),
                request.facts(),
                request.flow());
    }

    /** @throws IllegalArgumentException when the destination's ID is none */
    static OpenRequest fromWire(Open open) {
        return new OpenRequest(
                new DestinationId(open.destination()),
                open.revision(),
                address(open.source(), open.sourcePort()),
                address(open.local(), open.localPort()),
                open.facts(),
                open.flow());
    }

    private static String host(InetSocketAddress address) {
        InetAddress resolved = address.getAddress();
        return resolved == null ? address.getHostString() : resolved.getHostAddress();
    }

    /** Never asks a name service: what is no literal address stays a name. */
    private static InetSocketAddress address(String host, int port) {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
        if (literal == null) {
            return InetSocketAddress.createUnresolved(host, port);
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(literal), port);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address of 4 or 16 bytes", impossible);
        }
    }
}
