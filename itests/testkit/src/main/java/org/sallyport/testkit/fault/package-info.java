// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * A bad network between two ends that know nothing of it. {@link org.sallyport.testkit.fault.FaultProxy} stands before a
 * server and carries connections; its two {@link org.sallyport.testkit.fault.Lane}s, one for each direction, say what befalls
 * the bytes, and may be told otherwise at any time. A {@link org.sallyport.testkit.fault.Link} is one connection, with lanes
 * of its own for what is to befall it alone.
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.before(server)) {
 *     connect(proxy.address());
 *     proxy.toServer().delay(Duration.ofMillis(80)).jitter(Duration.ofMillis(20));
 *     proxy.toClient().blackhole();
 * }
 * }</pre>
 *
 * Everything of a proxy happens on one event loop, which gives it its clock, too. Calls from other threads wait for that loop,
 * so what they ask for is in force when they return: not a byte passes after {@code blackhole()}. What is left to chance comes
 * from a seed and the number of the connection, so it is the same each time.
 *
 * <p>Loss and reordering of packets is what TCP hides from its users; they see it as time, which is what delay, jitter and
 * stalls give them.
 */
@NullMarked
package org.sallyport.testkit.fault;

import org.jspecify.annotations.NullMarked;
