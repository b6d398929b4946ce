// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Server to client: what the server holds for the client's leg of a destination, in place of what it sent before. Texts are
 * PEM, several blocks one behind the other.
 *
 * @param destination the destination's ID
 * @param purpose the leg, {@code ingress} or {@code egress}
 * @param mark the one that the destination's option {@code certificates} has in the configuration
 * @param key the private key that this end is to show, null when there is none or the client may not have it; a secret
 * @param chain the key's certificate and its issuers
 * @param anchors certificates to trust
 * @param issuer the CA whose certificates are accepted as far as {@code serials} names them
 * @param serials serial numbers, lower-case hexadecimal digits
 * @param names what a certificate that the client asks for is signed for
 */
public record Certificates(
        String destination,
        String purpose,
        String mark,
        @Nullable String key,
        String chain,
        String anchors,
        String issuer,
        List<String> serials,
        List<String> names)
        implements ControlMessage {

    static final MessageType<Certificates> TYPE =
            new MessageType<>("certificates", Certificates.class, Certificates::read, Certificates::write);

    public Certificates {
        Check.present(destination, "destination");
        Check.present(purpose, "purpose");
        Check.present(mark, "mark");
        requireNonNull(chain, "chain");
        requireNonNull(anchors, "anchors");
        requireNonNull(issuer, "issuer");
        serials = List.copyOf(serials);
        names = List.copyOf(names);
    }

    private static Certificates read(Fields fields) throws ControlViolation {
        return new Certificates(
                fields.text("destination"),
                fields.text("purpose"),
                fields.text("mark"),
                fields.textOrNull("key"),
                fields.textOr("chain", ""),
                fields.textOr("anchors", ""),
                fields.textOr("issuer", ""),
                fields.texts("serials"),
                fields.texts("names"));
    }

    private void write(MapWriter map) {
        map.text("destination", destination)
                .text("purpose", purpose)
                .text("mark", mark)
                .text("key", key)
                .textUnless("", "chain", chain)
                .textUnless("", "anchors", anchors)
                .textUnless("", "issuer", issuer)
                .texts("serials", serials)
                .texts("names", names);
    }

    /** Shows whose it is only: the key is a secret. */
    @Override
    public String toString() {
        return "Certificates[" + destination + " " + purpose + " " + mark + "]";
    }
}
