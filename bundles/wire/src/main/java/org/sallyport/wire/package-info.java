// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * The tunnel protocol {@code sallyport/1} as bytes: what two ends say to each other once TLS stands.
 *
 * <p>Two layers, one package each. {@link org.sallyport.wire.frame} is yamux version 0: it cuts a byte stream into
 * frames of many streams, in both directions, and knows nothing of what they carry. {@link org.sallyport.wire.control}
 * is what runs inside: the messages of the control stream (stream 1) and the OPEN and OPENED messages at the head of
 * every other stream.
 *
 * <p>This bundle knows no sockets, no threads and no clock. Who opens streams, who may send how much and what is
 * answered is the mux's business (bundle {@code transport-tls}) and the roles'. So everything here can be tested, and
 * fuzzed, with byte arrays alone.
 *
 * <p>The specification that a stranger needs to write the other end is {@code PROTOCOL.md} beside this bundle's pom.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.wire;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
