// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

/**
 * The handlers of a tunnel's connection, from the socket up.
 *
 * <pre>
 *   proxy       client only, until an outbound proxy has made the connection; what follows is added then
 *   gate        server only, until the handshake is done: first byte, bytes, handshakes in progress
 *   records     counts them, where TLS does not change its keys by itself
 *   tls         records; closes with close_notify
 *   handshake   until the handshake is done: checks ALPN and peer, then puts mux in its place
 *   quota       server only, until a role admits the tunnel: bytes
 *   mux         frames and streams
 * </pre>
 */
final class HandlerNames {
    static final String PROXY = "proxy";
    static final String GATE = "gate";
    static final String RECORDS = "records";
    static final String TLS = "tls";
    static final String HANDSHAKE = "handshake";
    static final String QUOTA = "quota";
    static final String MUX = "mux";

    private HandlerNames() {}
}
