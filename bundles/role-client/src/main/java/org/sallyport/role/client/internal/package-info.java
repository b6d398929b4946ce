// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Makes a container a client: keeps tunnels up and applies the configuration that comes through them.
 *
 * <p>Start with {@link org.sallyport.role.client.internal.ClientRole}, which knows what is to be attached and with which
 * services of other bundles; {@link org.sallyport.role.client.internal.ClientComponent} is its place in the container.
 * {@link org.sallyport.role.client.internal.Attachment} keeps one attachment up, try by try
 * ({@link org.sallyport.role.client.internal.Attempt}), on one tunnel after another
 * ({@link org.sallyport.role.client.internal.TunnelSession}).
 * {@link org.sallyport.role.client.internal.GatewayLink} is what all attachments to one gateway share: its plane and its
 * configuration. What is decided is in classes without threads and sockets:
 * {@link org.sallyport.role.client.internal.Backoff}, {@link org.sallyport.role.client.internal.AddressTurns},
 * {@link org.sallyport.role.client.internal.ConfigReader}, {@link org.sallyport.role.client.internal.Ceiling}.
 *
 * <p>Threads: all state belongs to one thread, {@link org.sallyport.role.client.internal.Serial}, which also has the clock
 * and the timers. Event loops, the component runtime and shells hand it tasks. Nothing here runs on an event loop for
 * longer than it takes to hand over.
 */
@NullMarked
package org.sallyport.role.client.internal;

import org.jspecify.annotations.NullMarked;
