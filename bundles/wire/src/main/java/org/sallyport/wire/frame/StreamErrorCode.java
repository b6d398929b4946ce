// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.frame;

/** Why a stream is reset. RST carries no code: this is for the log and the meters of the end that found the fault. */
public enum StreamErrorCode {
    /** More DATA than the credit given, or more credit than 2^32 - 1. */
    FLOW_CONTROL,
    /** Payload after FIN. */
    CLOSED,
    /** No room for another stream. */
    REFUSED,
    /** An OPEN or OPENED message that is none. */
    MESSAGE
}
