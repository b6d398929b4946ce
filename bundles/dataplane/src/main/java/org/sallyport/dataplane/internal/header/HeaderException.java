// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.header;

/** What came is no header; the message says for people what was expected, and repeats nothing of it but numbers. */
final class HeaderException extends Exception {
    private static final long serialVersionUID = 1L;

    HeaderException(String message) {
        super(message);
    }
}
