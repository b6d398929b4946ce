// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Server to client: the answer to {@link Csr}.
 *
 * @param request that of the certificate request
 * @param pem the certificate and its issuers in PEM, end entity first; null when it was refused
 * @param text one sentence when it was refused
 */
public record Sign(long request, @Nullable String pem, String text) implements ControlMessage {

    static final MessageType<Sign> TYPE = new MessageType<>("sign", Sign.class, Sign::read, Sign::write);

    public Sign {
        Check.atLeast(0, request, "request");
        requireNonNull(text, "text");
    }

    private static Sign read(Fields fields) throws ControlViolation {
        return new Sign(fields.number("request"), fields.textOrNull("pem"), fields.textOr("text", ""));
    }

    private void write(MapWriter map) {
        map.number("request", request).text("pem", pem).textUnless("", "text", text);
    }
}
