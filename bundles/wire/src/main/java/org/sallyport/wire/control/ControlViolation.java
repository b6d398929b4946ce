// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

/**
 * A message that is none: too long, outside the CBOR profile, without a required key, or with a value out of range. It
 * has no stack trace, because it tells of the peer and not of our code. On the control stream it ends the tunnel, in OPEN
 * or OPENED its stream.
 */
public final class ControlViolation extends Exception {

    private static final long serialVersionUID = 1L;

    /** With a sentence that names the message, the key, what was given and what was expected. */
    public ControlViolation(String message) {
        super(message, null, false, false);
    }
}
