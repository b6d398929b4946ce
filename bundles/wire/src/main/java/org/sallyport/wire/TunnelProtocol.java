// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire;

/** Numbers and names of {@code sallyport/1} that both layers and both ends share; PROTOCOL.md gives their reasons. */
public final class TunnelProtocol {

    /** The protocol's name in TLS ALPN. Both ends check the result of the negotiation themselves. */
    public static final String ALPN = "sallyport/1";

    /** The stream that carries control messages; the client opens it before anything else. */
    public static final int CONTROL_STREAM_ID = 1;

    /** Credit of every stream in either direction at its start, in bytes (yamux's constant). */
    public static final int INITIAL_WINDOW = 262_144;

    /** The feature that lowers the credit with which streams begin to {@link #AGREED_WINDOW}. */
    public static final String WINDOW_FEATURE = "window";

    /** Credit of streams that begin after both ends have named {@link #WINDOW_FEATURE}, in bytes. */
    public static final int AGREED_WINDOW = 65_536;

    /**
     * The feature of ends that take {@link org.sallyport.wire.control.Certificates}, and the option of a destination that
     * says by a mark which of them belong to it.
     */
    public static final String CERTIFICATES = "certificates";

    /** How many streams an end may have opened that the other end has not yet acknowledged. */
    public static final int MAX_UNACKNOWLEDGED_OPENS = 256;

    /** What a server reads from a client whose attach it has not yet accepted, in bytes. */
    public static final int MAX_BYTES_BEFORE_ATTACH = 65_536;

    /** Longest control message from client to server, in bytes, without its length. */
    public static final int MAX_CLIENT_MESSAGE = 65_536;

    /** Longest control message from server to client, in bytes, without its length. */
    public static final int MAX_SERVER_MESSAGE = 16 * 1024 * 1024;

    /** Longest OPEN or OPENED message in either direction, in bytes, without its length. */
    public static final int MAX_STREAM_MESSAGE = 16_384;

    private TunnelProtocol() {}
}
