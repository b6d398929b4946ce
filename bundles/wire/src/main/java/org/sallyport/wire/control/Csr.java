// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

/**
 * Client to server: asks for a certificate for a key pair that was made at the client and stays there; answered by
 * {@link Sign}.
 *
 * @param request a number of the sender's choice that the answer repeats
 * @param destination the destination's ID that the pair is for
 * @param purpose what the certificate is for, for example {@code ingress}
 * @param pem the certificate request (PKCS #10, RFC 2986) in PEM
 */
public record Csr(long request, String destination, String purpose, String pem) implements ControlMessage {

    static final MessageType<Csr> TYPE = new MessageType<>("csr", Csr.class, Csr::read, Csr::write);

    public Csr {
        Check.atLeast(0, request, "request");
        Check.present(destination, "destination");
        Check.present(purpose, "purpose");
        Check.present(pem, "pem");
    }

    private static Csr read(Fields fields) throws ControlViolation {
        return new Csr(
                fields.number("request"), fields.text("destination"), fields.text("purpose"), fields.text("pem"));
    }

    private void write(MapWriter map) {
        map.number("request", request)
                .text("destination", destination)
                .text("purpose", purpose)
                .text("pem", pem);
    }
}
