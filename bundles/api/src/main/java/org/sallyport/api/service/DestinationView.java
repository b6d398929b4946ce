// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

/**
 * A destination as it is shown.
 *
 * @param direction {@code on-premises} or {@code cloud}
 * @param listen where applications connect; its address is null as long as it is not known (a cloud destination's
 *     clients listen, each on its own address)
 * @param state {@code listening}, {@code waiting}, {@code failed}, {@code blocked} or {@code disabled}
 * @param cause why, or a remark
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
        Connections connections,
        Bytes bytes) {
    /** A host and a port. */
    public record Endpoint(String host, int port) {}

    /** Where applications connect, or will; of a cloud destination that no client serves, where clients listen as shipped. */
    public record Listen(String address, int port) {}

    /** Connections since this end started; {@code open} now. */
    public record Connections(long open, long total, long refused) {}

    /** Bytes since this end started: {@code in} from the application, {@code out} to it. */
    public record Bytes(long in, long out) {}
}
