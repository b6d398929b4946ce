// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Frames: yamux version 0, bit-compatible with the public specification by HashiCorp (also in libp2p/specs).
 *
 * <p>Start with {@link org.sallyport.wire.frame.FrameReader}, which turns chunks of bytes into calls on a
 * {@link org.sallyport.wire.frame.FrameListener}, and {@link org.sallyport.wire.frame.FrameWriter}, which writes
 * headers. What a peer may not send becomes a {@link org.sallyport.wire.frame.FrameViolation}, and that says whether one
 * stream or the whole connection has to end.
 *
 * <p>Nothing here allocates per frame except the slice in which payload is handed out.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.wire.frame;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
