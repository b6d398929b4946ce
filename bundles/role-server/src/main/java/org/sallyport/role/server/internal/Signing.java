// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.api.pki.CarriedLeg;
import org.sallyport.api.pki.CertificateIssuer;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.service.Refusal;
import org.sallyport.wire.control.Csr;
import org.sallyport.wire.control.Sign;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has certificates signed that clients ask for. Of a request only the key counts: for which destination a client may ask is
 * said by the gateway that it is attached to, and what the certificate is called is said here. Nothing is spent on a request
 * that is refused for what it asks. On the role's thread.
 */
final class Signing {
    private static final Logger LOG = LoggerFactory.getLogger(Signing.class);
    private static final int LINE = 64;

    /** Requests of one client that are being signed. */
    private static final int MOST_AT_ONCE = 16;

    /** Requests a minute of one client key for one destination; a client needs one a year. */
    private static final int MOST_OF_KEY = 5;

    /** Requests a minute for one gateway, whose clients may all be new. */
    private static final int MOST_OF_GATEWAY = 600;

    private final RoleThread thread;
    private final CertificateFeed certificates;
    private final EventHub events;
    private final LongSupplier nanos;
    private final LineBudget ofKey = new LineBudget(MOST_OF_KEY);
    private final LineBudget ofGateway = new LineBudget(MOST_OF_GATEWAY);

    Signing(RoleThread thread, CertificateFeed certificates, EventHub events, LongSupplier nanos) {
        this.thread = thread;
        this.certificates = certificates;
        this.events = events;
        this.nanos = nanos;
    }

    /** Answers a request on the tunnel on which it came. */
    void answer(Attachments.Attachment attachment, ControlSession session, Csr csr) {
        AttachedClient client = attachment.client();
        CompletionStage<List<X509Certificate>> signed;
        try {
            signed = sign(attachment.gateway(), client, session.proven(), csr);
        } catch (Refusal | IllegalArgumentException e) {
            session.send(new Sign(csr.request(), null, ForeignText.sentence(String.valueOf(e.getMessage()))));
            return;
        }
        client.beginSigning();
        thread.then(signed, (chain, failure) -> {
            client.endSigning();
            if (chain == null) {
                session.send(new Sign(csr.request(), null, Failures.text(failure)));
                return;
            }
            X509Certificate made = chain.get(0);
            LOG.info(
                    "{}: an {} certificate of {} was signed, serial {}, valid until {}",
                    client,
                    csr.purpose(),
                    csr.destination(),
                    made.getSerialNumber().toString(16),
                    made.getNotAfter().toInstant());
            events.publish(
                    new Event.Changed(client.key(), "certificate:sign", csr.destination() + " " + csr.purpose()));
            session.send(new Sign(csr.request(), pem(chain), ""));
        });
    }

    private CompletionStage<List<X509Certificate>> sign(
            GatewayState gateway, AttachedClient client, boolean proven, Csr csr) {
        Destination destination = destination(gateway, csr.destination());
        Leg leg = Leg.of(csr.purpose());
        if (destination == null || leg != Leg.atClients(destination.direction())) {
            throw Refusal.notFound("gateway " + gateway.id() + " has no destination "
                    + ForeignText.cut(csr.destination(), 32) + " whose " + leg.word() + " is at its clients");
        }
        if (leg == Leg.EGRESS) {
            if (destination.options().resourceTls().security() != LegSecurity.MUTUAL) {
                throw Refusal.conflict("destination " + destination.id()
                        + " shows its resource no certificate: expected resource TLS mutual");
            }
            if (!proven) {
                throw Refusal.forbidden(
                        "this client showed no token, so nothing is signed that resources would take for"
                                + " a proof: attach with a token, or upload a certificate at the client");
            }
        }
        CarriedLeg held = gateway.forClients(destination);
        if (held != null && !held.chain().isEmpty()) {
            throw Refusal.forbidden(
                    proven
                            ? "a certificate was uploaded for it at the server"
                            : "the certificate that was uploaded for it at the server has a key that is given to"
                                    + " clients with a token only: attach with a token");
        }
        if (client.signings() == MOST_AT_ONCE) {
            throw Refusal.unavailable(MOST_AT_ONCE + " requests of this client are being signed: try again");
        }
        long now = nanos.getAsLong();
        if (ofKey.spend(client.key() + destination.id(), now) == LineBudget.SILENT
                || ofGateway.spend(gateway.id().value(), now) == LineBudget.SILENT) {
            throw Refusal.unavailable("too many requests within a minute: try again later");
        }
        byte[] request = csr.pem().getBytes(US_ASCII);
        CertificateIssuer issuer = certificates.requireIssuer();
        return leg == Leg.EGRESS
                ? issuer.signEgress(destination.id(), request)
                : issuer.namesOfIngress(destination.id())
                        .thenCompose(names -> issuer.signIngress(destination.id(), names, request));
    }

    private static @Nullable Destination destination(GatewayState gateway, String id) {
        for (Destination each : gateway.destinations()) {
            if (each.id().value().equals(id)) {
                return each;
            }
        }
        return null;
    }

    private static String pem(List<X509Certificate> chain) {
        StringBuilder text = new StringBuilder();
        Base64.Encoder base64 = Base64.getMimeEncoder(LINE, new byte[] {'\n'});
        for (X509Certificate certificate : chain) {
            try {
                text.append("-----BEGIN CERTIFICATE-----\n")
                        .append(base64.encodeToString(certificate.getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("what was signed here has an encoding", e);
            }
        }
        return text.toString();
    }
}
