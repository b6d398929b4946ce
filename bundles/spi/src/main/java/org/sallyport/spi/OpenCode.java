// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

/**
 * The answer to an open, with the numbers that the tunnel protocol uses (PROTOCOL.md, OPENED). Every code but
 * {@link #OK} promises that no byte of the stream reached the resource.
 */
public enum OpenCode {
    /** The resource is reached; payload follows. */
    OK(0, false),
    /** The destination is not known at the egress end, or not yet. */
    UNKNOWN_DESTINATION(1, true),
    /** The destination or its gateway is disabled. */
    DISABLED(2, false),
    /** The gateway's ACL, or the server's egress policy, does not allow the resource: no other client would. */
    DENIED(3, false),
    /** The local ceiling of this client does not allow the resource; another client's may. */
    CEILING_DENIED(4, true),
    /** The resource's name was not resolved. */
    NOT_RESOLVED(5, true),
    /** The resource refused the connection or was unreachable. */
    CONNECTION_REFUSED(6, true),
    /** The resource did not answer in time. */
    TIMED_OUT(7, true),
    /** This end is at one of its limits. */
    TOO_MANY(8, true),
    /** The destination's protocol is not installed here. */
    PROTOCOL_MISSING(9, true),
    /** This end is about to stop. */
    DRAINING(10, true),
    /** TLS to the resource failed verification. */
    TLS_FAILED(11, false),
    /** Something went wrong here. */
    INTERNAL(12, true),
    /** No client was there in time; what the ingress end says itself, never sent. */
    NO_CLIENT(-2, false),
    /** A code that this version does not know; never sent. */
    OTHER(-1, true);

    private final int number;
    private final boolean nextClient;

    OpenCode(int number, boolean nextClient) {
        this.number = number;
        this.nextClient = nextClient;
    }

    /** {@return the number on the wire} */
    public int number() {
        return number;
    }

    /** {@return whether the opener tries the next client} */
    public boolean nextClient() {
        return nextClient;
    }

    /** {@return the code with this number, {@link #OTHER} for one that this version does not know} */
    public static OpenCode of(int number) {
        for (OpenCode code : values()) {
            if (code.number == number && number >= 0) {
                return code;
            }
        }
        return OTHER;
    }
}
