// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.proxy;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.api.ProxyAddress;
import org.sallyport.spi.OutboundProxy;
import org.sallyport.spi.TunnelTarget;
import org.sallyport.spi.proxy.HttpConnect;
import org.sallyport.spi.proxy.ProxyTalk;
import org.sallyport.spi.proxy.Socks4;
import org.sallyport.spi.proxy.Socks5;

/** Finds the ways to a server. Asks name services and reads credentials, both of which may block. */
public final class Routes {
    private static final int MAX_SOCKS5_LOGIN = 255;

    private final Names names;

    /** A name service. */
    @FunctionalInterface
    public interface Names {
        /**
         * {@return all addresses of a host, one at least}
         *
         * @throws UnknownHostException if it has none
         */
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /**
     * @param names resolves names
     */
    public Routes(Names names) {
        this.names = names;
    }

    /**
     * Finds the ways, in the order in which they are to be tried.
     *
     * @param target where to
     * @return one way at least
     * @throws IOException if there is none; the message is for an operator
     */
    public List<Route> to(TunnelTarget target) throws IOException {
        OutboundProxy proxy = target.proxy();
        HostPort server = target.address();
        if (proxy == null) {
            return resolve(server.host(), "").stream()
                    .map(address -> new InetSocketAddress(address, server.port()))
                    .map(address -> new Route(address, null, address))
                    .toList();
        }
        ProxyAddress.Kind kind = proxy.address().kind();
        String name = proxy.address().words();
        OutboundProxy.Credentials login = proxy.login().read();
        if (kind == ProxyAddress.Kind.SOCKS5 && login != null) {
            checkLength(login.user(), name, "user name");
            checkLength(login.password(), name, "password");
        }
        HostPort place = proxy.address().address();
        List<InetAddress> proxies = resolve(place.host(), " of the " + name);
        List<Route> routes = new ArrayList<>();
        switch (kind) {
            case HTTP -> add(routes, proxies, place.port(), server, () -> new HttpConnect(name, server, login));
            case SOCKS5 -> add(routes, proxies, place.port(), server, () -> new Socks5(name, server, login));
            case SOCKS4, SOCKS4A -> {
                for (byte @Nullable [] address : ipv4(kind, server, name)) {
                    Object end = address == null ? server : InetAddress.getByAddress(address);
                    add(routes, proxies, place.port(), end, () -> new Socks4(name, server, address, login));
                }
            }
        }
        return routes;
    }

    private static void add(
            List<Route> routes, List<InetAddress> proxies, int port, Object end, Supplier<ProxyTalk> talk) {
        for (InetAddress address : proxies) {
            routes.add(new Route(new InetSocketAddress(address, port), talk.get(), end));
        }
    }

    private List<InetAddress> resolve(String host, String whose) throws IOException {
        try {
            return List.of(names.addresses(host));
        } catch (UnknownHostException unknown) {
            throw new IOException("the name " + host + whose + " is not known here", unknown);
        }
    }

    private static void checkLength(String part, String proxy, String what) throws IOException {
        int bytes = part.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_SOCKS5_LOGIN) {
            throw new IOException("the " + what + " for the " + proxy + " has " + bytes + " bytes: expected at most "
                    + MAX_SOCKS5_LOGIN);
        }
    }

    /** {@return the server's IPv4 addresses; null in place of them where the proxy is to resolve its name} */
    private List<byte @Nullable []> ipv4(ProxyAddress.Kind kind, HostPort server, String proxy) throws IOException {
        List<byte @Nullable []> addresses = new ArrayList<>();
        boolean literal = NetUtil.isValidIpV4Address(server.host()) || NetUtil.isValidIpV6Address(server.host());
        if (kind == ProxyAddress.Kind.SOCKS4A && !literal) {
            addresses.add(null);
            return addresses;
        }
        for (InetAddress address : resolve(server.host(), "")) {
            if (address instanceof Inet4Address) {
                addresses.add(address.getAddress());
            }
        }
        if (addresses.isEmpty()) {
            throw new IOException("the " + proxy + " carries IPv4 only, and " + server.host()
                    + " has no IPv4 address here: expected a socks5 or an http proxy"
                    + (literal ? "" : ", or socks4a, with which the proxy resolves the name"));
        }
        return addresses;
    }
}
