// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

/** Bytes that are no RESP, or more than may be; the message is fit for whoever sent them. */
final class RespFault extends Exception {
    private static final long serialVersionUID = 1L;

    RespFault(String message) {
        // where it was noticed tells nothing, and peers can cause it at will
        super(message, null, false, false);
    }
}
