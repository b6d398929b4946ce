// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Joins an application's or a resource's socket to a stream: {@link org.sallyport.dataplane.internal.relay.SocketEnd} and
 * {@link org.sallyport.dataplane.internal.relay.StreamEnd} are the last handlers of the two channels and hand each other
 * what arrives. {@link org.sallyport.dataplane.internal.relay.Connection} is the one door through which both are closed.
 */
@NullMarked
package org.sallyport.dataplane.internal.relay;

import org.jspecify.annotations.NullMarked;
