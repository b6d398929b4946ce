// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.registry;

import org.sallyport.api.ClientKey;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;

/** One step of a transaction. */
public sealed interface RegistryChange {
    /** Adds a gateway or replaces the one with its ID. */
    record PutGateway(Gateway gateway) implements RegistryChange {}

    /** Removes a gateway with its destinations and client keys. */
    record RemoveGateway(GatewayId id) implements RegistryChange {}

    /** Adds a destination or replaces the one with its ID. */
    record PutDestination(Destination destination) implements RegistryChange {}

    /** Removes a destination. */
    record RemoveDestination(DestinationId id) implements RegistryChange {}

    /** Remembers that a client key was admitted. */
    record PutKey(ClientKey key) implements RegistryChange {}

    /** Bars a client key from all gateways. */
    record BlockKey(String fingerprint) implements RegistryChange {}
}
