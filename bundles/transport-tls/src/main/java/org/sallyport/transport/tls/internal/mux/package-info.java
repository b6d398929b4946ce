// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Many streams over one connection: yamux as in PROTOCOL.md, each stream a Netty channel.
 *
 * <p>Start with {@link org.sallyport.transport.tls.internal.mux.Mux}, the last handler of the connection's pipeline and the
 * life of it. Bytes become frames in {@code Arrivals}, which hands them to
 * {@link org.sallyport.transport.tls.internal.mux.MuxStreamChannel}s; their receiving half is {@code StreamInbound}, their
 * sending half {@code StreamOutbound}. What streams have to send waits in their own outbound buffers until
 * {@code Departures} lets them, in turn and by bytes ({@code StreamScheduler}), put frames into {@code TunnelWriter}. So what
 * is queued before the socket stays small, and a stream that is stalled costs nobody else anything. {@code Openings} and
 * {@code Acceptances} know how far streams of this end and of the peer have come before they carry, {@code StreamTable} those
 * that are there.
 *
 * <p>Everything here belongs to the connection's event loop.
 */
@NullMarked
package org.sallyport.transport.tls.internal.mux;

import org.jspecify.annotations.NullMarked;
