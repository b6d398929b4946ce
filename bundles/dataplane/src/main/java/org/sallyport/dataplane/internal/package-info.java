// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Listens, dials and relays, the same at both ends of a tunnel: it knows destinations and ways to open a stream, and no
 * role.
 *
 * <pre>
 *  application ─▶ Listener ─▶ IngressConnection ══ stream ══▶ EgressAcceptor ─▶ EgressConnection ─▶ Dial ─▶ resource
 *                   ingress      SocketEnd ◀▶ StreamEnd          egress      StreamEnd ◀▶ SocketEnd
 * </pre>
 *
 * <p>Flows of datagrams take the same way: FlowTable ─▶ IngressFlow ══ stream ══▶ EgressAcceptor ─▶ EgressFlow, with
 * {@code datagram} in the place of {@code relay}.
 *
 * <p>Start with {@link org.sallyport.dataplane.internal.RunningPlane}, one gateway's share of all this, then follow a
 * connection through {@code ingress}, {@code relay} and {@code egress}. What is shared by gateways is in {@code context} and
 * {@code limits}; what comes and goes at run time in {@code plugin}; the platform in {@code io}.
 *
 * <p>Threads: decisions about listeners and configurations are made on one event loop, the control loop; a connection belongs
 * to the loop of its tunnel. Names are resolved on threads of their own. Nothing else blocks or has threads.
 */
@NullMarked
package org.sallyport.dataplane.internal;

import org.jspecify.annotations.NullMarked;
