// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

/** A message that is not taken, with what is answered to it. Says nothing that was sent or that is configured. */
final class HttpFault extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * @param status of the answer
     * @param text a sentence for whoever sent it
     */
    HttpFault(int status, String text) {
        super(text);
        this.status = status;
    }

    static HttpFault bad(String text) {
        return new HttpFault(400, text);
    }

    int status() {
        return status;
    }

    String text() {
        return String.valueOf(getMessage());
    }

    /** Bad messages come in floods, and the place where it was noticed tells nothing. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
