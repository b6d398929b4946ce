// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.ProxyAddress;
import org.sallyport.api.SourceRule;

/**
 * A destination as it is shown.
 *
 * @param direction {@code on-premises} or {@code cloud}
 * @param listen where applications connect; its address is null as long as it is not known (a cloud destination's
 *     clients listen, each on its own address)
 * @param state {@code listening}, {@code waiting}, {@code failed}, {@code blocked} or {@code disabled}
 * @param cause why, or a remark
 * @param options what is tuned
 * @param dropped datagrams that the server dropped since it started; null where connections are carried
 */
public record DestinationView(
        String id,
        String gateway,
        String name,
        String direction,
        String protocol,
        Endpoint resource,
        Listen listen,
        boolean enabled,
        String state,
        String cause,
        Options options,
        Connections connections,
        Bytes bytes,
        @Nullable Long dropped) {
    /**
     * What an operator may tune; see {@link org.sallyport.api.DestinationOptions}.
     *
     * @param connectTimeout in seconds
     * @param idleTimeout in seconds, 0: none
     * @param maxConnections 0: no limit
     * @param sourceRules as {@link org.sallyport.api.SourceRule} writes them
     * @param resourceTls {@code none}, {@code tls} or {@code mutual}
     * @param resourceName the name that the resource's certificate is for, empty: its host
     * @param proxyProtocol {@code none}, {@code v1} or {@code v2}
     * @param acceptProxyProtocol whether applications' connections begin with a header of the PROXY protocol
     * @param bandwidthIn bytes a second from applications, 0: no limit
     * @param bandwidthOut bytes a second to applications, 0: no limit
     * @param resourceProxy through which the resource is reached, empty: through none
     */
    public record Options(
            long connectTimeout,
            long idleTimeout,
            int maxConnections,
            List<String> alpn,
            boolean restricted,
            List<String> sourceRules,
            String resourceTls,
            String resourceName,
            boolean verifyResource,
            String proxyProtocol,
            boolean acceptProxyProtocol,
            long bandwidthIn,
            long bandwidthOut,
            String resourceProxy) {
        /** {@return options in the form in which they are shown} */
        public static Options of(DestinationOptions options) {
            ProxyAddress proxy = options.resourceProxy();
            return new Options(
                    options.connectTimeout().toSeconds(),
                    options.idleTimeout().toSeconds(),
                    options.maxConnections(),
                    options.alpn(),
                    options.sources().restricted(),
                    options.sources().rules().stream().map(SourceRule::toString).toList(),
                    options.resourceTls().security().word(),
                    options.resourceTls().serverName(),
                    options.resourceTls().verify(),
                    options.sourceHeaders().sent().word(),
                    options.sourceHeaders().expected(),
                    options.bandwidth().in(),
                    options.bandwidth().out(),
                    proxy == null ? "" : proxy.toString());
        }
    }

    /** A host and a port. */
    public record Endpoint(String host, int port) {}

    /** Where applications connect, or will; of a cloud destination that no client serves, where clients listen as shipped. */
    public record Listen(String address, int port) {}

    /** Connections since this end started; {@code open} now. */
    public record Connections(long open, long total, long refused) {}

    /** Bytes since this end started: {@code in} from the application, {@code out} to it. */
    public record Bytes(long in, long out) {}
}
