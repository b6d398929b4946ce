// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.event;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.DestinationId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.State;

/** Something that happened. Texts in events are already fit to be shown; none holds a secret. */
public sealed interface Event {
    /** The server's tunnel port accepts clients. */
    record ServerReady(HostPort tunnel) implements Event {}

    /**
     * A role cannot do its job as it was started, for example because its port is taken. It goes on trying, but a process
     * that our launcher started ends, so that whoever started it learns of it at once.
     *
     * @param reason why, and what to do
     */
    record StartFailed(String reason) implements Event {}

    /** The client role runs; attachments come on their own. */
    record ClientReady() implements Event {}

    /**
     * A client was attached; seen at both ends. At the client it comes after its configuration is applied and its client
     * ports are open.
     *
     * @param key the client key's fingerprint
     * @param address where it comes from (at the client: the server's address)
     * @param newKey whether this key was never seen before at this gateway
     */
    record Attached(GatewayId gateway, ClientId client, String key, String host, String address, boolean newKey)
            implements Event {}

    /** An attachment ended; seen at both ends. */
    record Detached(GatewayId gateway, ClientId client, String reason) implements Event {}

    /**
     * An attach was refused; seen at both ends.
     *
     * @param gateway the gateway asked for, null when not even that is known
     * @param code the stable code
     * @param retry when it may be tried again; null: never
     * @param address who was refused (at the client: who refused)
     */
    record AttachRefused(
            @Nullable GatewayId gateway, String code, String text, @Nullable Duration retry, String address)
            implements Event {}

    /** All attachments of the client ended and none will be tried again. */
    record NothingLeftToAttach() implements Event {}

    /** A destination's state or cause changed at this end. */
    record DestinationChanged(GatewayId gateway, DestinationId destination, State state) implements Event {}

    /**
     * A carried connection ended, at its ingress end.
     *
     * @param flow the ID that both ends log
     * @param client who carried it; null when none did
     * @param bytesIn from the application
     * @param bytesOut to the application
     * @param end why it ended, in a word or sentence
     */
    record FlowEnded(
            long flow,
            DestinationId destination,
            @Nullable ClientId client,
            String source,
            long bytesIn,
            long bytesOut,
            Duration lasted,
            String end)
            implements Event {}

    /** A connection was refused at its ingress or its egress end. */
    record FlowRefused(long flow, DestinationId destination, String source, String code, String reason)
            implements Event {}

    /**
     * Somebody changed something; what the audit log records.
     *
     * @param actor who: {@code shell}, or a client's key for an edit made at a client
     * @param action what was done, as the command that does it
     */
    record Changed(String actor, String action, String subject) implements Event {}

    /** A configuration was refused and the one before is kept. */
    record ConfigurationRejected(String pid, String reason) implements Event {}

    /** A configuration is in force. */
    record ConfigurationApplied(String pid) implements Event {}
}
