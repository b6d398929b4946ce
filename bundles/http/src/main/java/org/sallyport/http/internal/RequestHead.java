// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

/** What a request's head asks for. Valid until the reader begins another one. */
final class RequestHead extends MessageHead {
    private static final byte[] GET = Octets.ascii("GET");
    private static final byte[] HEAD = Octets.ascii("HEAD");
    private static final byte[] OPTIONS = Octets.ascii("OPTIONS");
    private static final byte[] CONNECT = Octets.ascii("CONNECT");
    private static final byte[] HTTP = Octets.ascii("http://");
    private static final byte[] HTTPS = Octets.ascii("https://");
    private static final byte[] CONTINUE = Octets.ascii("100-continue");

    /** What stands in place of an absolute target's beginning. */
    enum Lead {
        NONE,
        SLASH,
        ASTERISK
    }

    private int methodTo;
    private int targetFrom;
    private int targetTo;
    private int authorityFrom;
    private int authorityTo;
    private Lead lead = Lead.NONE;
    private boolean absolute;
    private boolean head;
    private boolean repeatable;
    private boolean expectsContinue;

    RequestHead(HeadReader reader) {
        super(reader);
    }

    /**
     * Looks at the head that was just read.
     *
     * @throws HttpFault if it is wrong, or not for a gateway
     */
    void interpret() throws HttpFault {
        requestLine();
        interpretFields();
        host();
        if (h2c()) {
            throw new HttpFault(501, "An upgrade to HTTP/2 is not supported.");
        }
        if (websocket() && (chunked() || contentLength() > 0)) {
            throw HttpFault.bad("A request for a WebSocket has no body.");
        }
    }

    private void requestLine() throws HttpFault {
        byte[] octets = reader.octets();
        int from = reader.startFrom();
        int to = reader.startTo();
        methodTo = from;
        while (methodTo < to && Octets.isToken(octets[methodTo])) {
            methodTo++;
        }
        targetFrom = methodTo + 1;
        targetTo = targetFrom;
        while (targetTo < to && Octets.isTarget(octets[targetTo])) {
            targetTo++;
        }
        if (methodTo == from
                || methodTo >= to
                || octets[methodTo] != ' '
                || targetTo == targetFrom
                || targetTo >= to
                || octets[targetTo] != ' ') {
            throw HttpFault.bad("The first line is not a method, a target and a version.");
        }
        version(targetTo + 1, to);
        if (Octets.isExactly(octets, from, methodTo, CONNECT)) {
            throw new HttpFault(501, "CONNECT is not supported: this is no proxy.");
        }
        head = Octets.isExactly(octets, from, methodTo, HEAD);
        boolean options = Octets.isExactly(octets, from, methodTo, OPTIONS);
        repeatable = head || options || Octets.isExactly(octets, from, methodTo, GET);
        target(octets, options);
    }

    /** The four forms of RFC 9112, 3.2, of which one is CONNECT's. */
    private void target(byte[] octets, boolean options) throws HttpFault {
        lead = Lead.NONE;
        absolute = false;
        if (octets[targetFrom] == '/') {
            return;
        }
        if (octets[targetFrom] == '*' && targetTo == targetFrom + 1 && options) {
            return;
        }
        int from = targetFrom;
        if (startsWith(octets, HTTP)) {
            from += HTTP.length;
        } else if (startsWith(octets, HTTPS)) {
            from += HTTPS.length;
        } else {
            throw HttpFault.bad("The target is neither a path nor an address.");
        }
        absolute = true;
        authorityFrom = from;
        while (from < targetTo && octets[from] != '/' && octets[from] != '?') {
            from++;
        }
        authorityTo = from;
        checkHost(octets, authorityFrom, authorityTo);
        if (authorityFrom == authorityTo) {
            throw HttpFault.bad("The target names no host.");
        }
        if (from == targetTo) {
            lead = options ? Lead.ASTERISK : Lead.SLASH;
        } else if (octets[from] == '?') {
            lead = Lead.SLASH;
        }
        targetFrom = from;
    }

    private boolean startsWith(byte[] octets, byte[] scheme) {
        return targetTo - targetFrom >= scheme.length
                && Octets.isWord(octets, targetFrom, targetFrom + scheme.length, scheme);
    }

    private void host() throws HttpFault {
        boolean found = false;
        expectsContinue = false;
        for (int i = 0; i < reader.count(); i++) {
            byte field = reader.field(i);
            if (field == Field.HOST) {
                if (found) {
                    throw HttpFault.bad("Host is given more than once.");
                }
                found = true;
                checkHost(reader.octets(), reader.valueFrom(i), reader.valueTo(i));
                if (!absolute) {
                    authorityFrom = reader.valueFrom(i);
                    authorityTo = reader.valueTo(i);
                }
            } else if (field == Field.EXPECT) {
                expectsContinue |= Octets.isWord(reader.octets(), reader.valueFrom(i), reader.valueTo(i), CONTINUE);
            }
        }
        if (!found) {
            if (minor() == 1) {
                throw HttpFault.bad("Host is missing.");
            }
            if (!absolute) {
                authorityFrom = 0;
                authorityTo = 0;
            }
        }
    }

    /** A name or address with or without a port, or nothing (RFC 9110, 7.2); no list, no user, no path. */
    private static void checkHost(byte[] octets, int from, int to) throws HttpFault {
        if (from == to) {
            return;
        }
        boolean good = Octets.all(octets, from, to, Octets.Kind.IN_HOST);
        int at = from;
        if (octets[from] == '[') {
            while (at < to && octets[at] != ']') {
                at++;
            }
            good &= at < to;
            at++;
        }
        while (at < to && octets[at] != ':') {
            good &= octets[at] != '[' && octets[at] != ']' && octets[from] != '[';
            at++;
        }
        for (int i = at + 1; i < to; i++) {
            good &= Octets.isDigit(octets[i]);
        }
        if (!good || at == from) {
            throw HttpFault.bad("Host is not a host with or without a port.");
        }
    }

    int methodTo() {
        return methodTo;
    }

    /** {@return what is written before the target} */
    Lead lead() {
        return lead;
    }

    /** {@return where the target in origin form begins, but for its {@linkplain #lead lead}} */
    int targetFrom() {
        return targetFrom;
    }

    int targetTo() {
        return targetTo;
    }

    /** {@return whether the target was an address} */
    boolean absolute() {
        return absolute;
    }

    /** {@return where the host begins that the application addressed} */
    int authorityFrom() {
        return authorityFrom;
    }

    /** {@return where it ends; where it begins if there is none} */
    int authorityTo() {
        return authorityTo;
    }

    /** {@return whether the answer has no body whatever it says} */
    boolean isHead() {
        return head;
    }

    boolean hasBody() {
        return chunked() || contentLength() > 0;
    }

    /** {@return whether it may be sent twice without being asked: idempotent, and nothing but a head} */
    boolean isRepeatable() {
        return repeatable && !hasBody() && !websocket();
    }

    boolean expectsContinue() {
        return expectsContinue && minor() == 1 && hasBody();
    }

    /** {@return whether the reader holds a request line of HEAD, whatever else is wrong with it} */
    static boolean looksLikeHead(HeadReader reader) {
        int from = reader.startFrom();
        return from >= 0
                && reader.startTo() - from > HEAD.length
                && Octets.isExactly(reader.octets(), from, from + HEAD.length, HEAD);
    }

    /** {@return whether its sender would rather read JSON than text when something is wrong} */
    static boolean prefersJson(HeadReader reader) {
        for (int i = 0; i < reader.count(); i++) {
            if (reader.field(i) == Field.ACCEPT
                    && Accepted.prefersJson(reader.octets(), reader.valueFrom(i), reader.valueTo(i))) {
                return true;
            }
        }
        return false;
    }
}
