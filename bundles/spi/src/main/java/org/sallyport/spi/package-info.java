// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * What extension authors implement, and how the transport, the data plane and the roles meet.
 *
 * <p>A stranger who adds a protocol starts with {@link org.sallyport.spi.Protocol} and finds pieces of stages in
 * {@link org.sallyport.spi.stage}; one who adds a transport starts with {@link org.sallyport.spi.TunnelTransport}. A stream of a tunnel is a Netty channel
 * ({@link org.sallyport.spi.StreamChannel}), so whatever can be done to a socket's pipeline can be done to a stream's.
 * Roles drive the {@link org.sallyport.spi.DataPlane}, which knows no role: both ends are the same machine.
 *
 * <p>Threads: a channel's state belongs to its event loop, and nothing that is called on an event loop may block.
 * Reference counting: whoever is given a buffer releases it or passes it on, as everywhere in Netty.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.spi;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
