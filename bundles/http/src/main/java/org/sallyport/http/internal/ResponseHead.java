// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

/** What an answer's head says. Valid until the reader begins another one. */
final class ResponseHead extends MessageHead {
    private int status;

    ResponseHead(HeadReader reader) {
        super(reader);
    }

    /**
     * Looks at the head that was just read.
     *
     * @throws HttpFault if it is wrong
     */
    void interpret() throws HttpFault {
        byte[] octets = reader.octets();
        int from = reader.startFrom();
        int to = reader.startTo();
        if (to - from < 12 || octets[from + 8] != ' ' || (to - from > 12 && octets[from + 12] != ' ')) {
            throw HttpFault.bad("The first line is not a version and a status.");
        }
        version(from, from + 8);
        int code = 0;
        for (int i = from + 9; i < from + 12; i++) {
            if (!Octets.isDigit(octets[i])) {
                throw HttpFault.bad("The status is not a number.");
            }
            code = code * 10 + (octets[i] - '0');
        }
        if (code < 100) {
            throw HttpFault.bad("The status is too small.");
        }
        for (int i = from + 13; i < to; i++) {
            if (!Octets.isValue(octets[i])) {
                throw HttpFault.bad("The first line holds a control character.");
            }
        }
        status = code;
        interpretFields();
    }

    int status() {
        return status;
    }

    /** {@return whether another head follows for the same request} */
    boolean isInterim() {
        return status < 200 && status != 101;
    }

    /** {@return whether its kind has no body and says nothing about one (RFC 9110, 8.6)} */
    boolean isBare() {
        return status < 200 || status == 204;
    }
}
