// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * What runs inside the frames: the messages of the control stream, and OPEN and OPENED at the head of a data stream.
 *
 * <p>Start with {@link org.sallyport.wire.control.ControlMessage}, the list of all messages, and
 * {@link org.sallyport.wire.control.ControlCodec}, the handler that puts them on a channel. On the wire each message is a
 * CBOR map (RFC 8949) behind its length. The profile is narrow, so that a message can be refused before anything is
 * built from it: definite lengths, text keys, no key twice, no deeper than 8, integers, strings, lists, maps, true,
 * false and null. {@link org.sallyport.wire.control.ControlViolation} says what did not fit.
 *
 * <p>Compatibility: a key or a message type that a version does not know is ignored, a required key that is missing is
 * an error that names it. So later versions add keys with a default; they never change what a key means. Where a wire
 * code is an enum, a value of later versions is {@code UNKNOWN}, and the enum says what that is taken for.
 *
 * <p>Records validate in their constructor, on both ends alike. Their text may come from a peer: escape it where it is
 * shown.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.wire.control;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
