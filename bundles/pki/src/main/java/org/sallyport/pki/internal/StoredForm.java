// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bouncycastle.util.io.pem.PemHeader;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationId;
import org.sallyport.api.pki.CertificateNames;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.Leg;
import org.sallyport.pki.internal.StoredCertificates.Held;
import org.sallyport.pki.internal.StoredCertificates.Issued;

/**
 * The form in which the certificates of one destination are one secret, so that they change together: PEM blocks, whose
 * headers (RFC 1421 §4.6) say what each is for.
 *
 * <pre>
 * SALLYPORT CERTIFICATES   Form: 1, Generation; Names of clients' ingress certificates, legs Completed by the other end
 * PRIVATE KEY, CERTIFICATE Role and Origin: what a role has, in order
 * PRIVATE KEY, PUBLIC KEY  Request: the leg that waits for a certificate
 * CERTIFICATE              Use: issuer, or Use: application, then Revoked if it is
 * </pre>
 */
final class StoredForm {
    /** How the secrets' names begin. */
    static final String PREFIX = "destination.";

    private static final String HEAD = "SALLYPORT CERTIFICATES";
    private static final String FORM = "1";
    private static final String PRIVATE_KEY = "PRIVATE KEY";
    private static final String PUBLIC_KEY = "PUBLIC KEY";
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String ISSUER = "issuer";
    private static final String APPLICATION = "application";

    private StoredForm() {}

    /** What was stored and when, counted in changes. */
    record Read(long generation, StoredCertificates stored) {}

    /** {@return the secret's name; IDs have capitals, names of secrets have none} */
    static String name(DestinationId id) {
        return PREFIX + HexFormat.of().formatHex(id.value().getBytes(US_ASCII));
    }

    static DestinationId id(String name) {
        return new DestinationId(new String(HexFormat.of().parseHex(name.substring(PREFIX.length())), US_ASCII));
    }

    static byte[] write(long generation, StoredCertificates stored) {
        StringWriter text = new StringWriter();
        try (PemWriter pem = new PemWriter(text)) {
            List<String> head = new ArrayList<>(List.of("Form", FORM, "Generation", Long.toString(generation)));
            CertificateNames names = stored.names();
            if (names != null) {
                head.addAll(List.of("Names", String.join(",", names.names())));
            }
            if (!stored.completed().isEmpty()) {
                head.addAll(List.of(
                        "Completed",
                        String.join(
                                ",",
                                stored.completed().stream()
                                        .sorted()
                                        .map(Leg::name)
                                        .toList())));
            }
            write(pem, HEAD, new byte[0], head.toArray(String[]::new));
            for (CertificateRole role : CertificateRole.values()) {
                Held held = stored.held(role);
                if (held != null) {
                    write(pem, role, held);
                }
            }
            for (Map.Entry<Leg, KeyPair> request : stored.requests().entrySet()) {
                String leg = request.getKey().name();
                write(pem, PRIVATE_KEY, request.getValue().getPrivate().getEncoded(), "Request", leg);
                write(pem, PUBLIC_KEY, request.getValue().getPublic().getEncoded(), "Request", leg);
            }
            if (stored.issuer() != null) {
                write(pem, CERTIFICATE, stored.issuer().getEncoded(), "Use", ISSUER);
            }
            for (Issued issued : stored.issued()) {
                byte[] der = issued.certificate().getEncoded();
                Instant revoked = issued.revoked();
                if (revoked == null) {
                    write(pem, CERTIFICATE, der, "Use", APPLICATION);
                } else {
                    write(pem, CERTIFICATE, der, "Use", APPLICATION, "Revoked", revoked.toString());
                }
            }
        } catch (IOException | CertificateEncodingException e) {
            throw new IllegalStateException("writing to memory cannot fail", e);
        }
        return text.toString().getBytes(US_ASCII);
    }

    private static void write(PemWriter pem, CertificateRole role, Held held)
            throws IOException, CertificateEncodingException {
        String origin = held.origin().name();
        if (held.key() != null) {
            write(pem, PRIVATE_KEY, held.key().getEncoded(), "Role", role.word(), "Origin", origin);
        }
        for (X509Certificate certificate : held.certificates()) {
            write(pem, CERTIFICATE, certificate.getEncoded(), "Role", role.word(), "Origin", origin);
        }
    }

    private static void write(PemWriter pem, String type, byte[] content, String... namesAndValues) throws IOException {
        List<PemHeader> headers = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(new PemHeader(namesAndValues[i], namesAndValues[i + 1]));
        }
        pem.writeObject(new PemObject(type, headers, content));
    }

    /** {@return what was stored; throws a runtime exception that says nothing of it when it makes no sense} */
    static Read read(byte[] secret) {
        Reader reader = new Reader();
        try (PemReader pem = new PemReader(new InputStreamReader(new ByteArrayInputStream(secret), US_ASCII))) {
            for (PemObject block = pem.readPemObject(); block != null; block = pem.readPemObject()) {
                reader.take(block);
            }
            return reader.all();
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // RuntimeException: the library's decoder throws several. Not kept as a cause: messages may repeat a key's
            // text
            throw new IllegalStateException("the stored certificates cannot be read: expected form " + FORM
                    + ", they were made by a newer version or altered");
        }
    }

    /** Gathers blocks. */
    private static final class Reader {
        private final Map<CertificateRole, Held> held = new EnumMap<>(CertificateRole.class);
        private final Map<Leg, PrivateKey> requested = new EnumMap<>(Leg.class);
        private final Map<Leg, KeyPair> requests = new EnumMap<>(Leg.class);
        private final List<Issued> issued = new ArrayList<>();
        private @Nullable X509Certificate issuer;
        private final Set<Leg> completed = EnumSet.noneOf(Leg.class);
        private @Nullable CertificateNames names;
        private long generation = -1;

        void take(PemObject block) throws GeneralSecurityException {
            Map<String, String> headers = new HashMap<>();
            for (Object header : block.getHeaders()) {
                headers.put(((PemHeader) header).getName(), ((PemHeader) header).getValue());
            }
            if (block.getType().equals(HEAD)) {
                if (FORM.equals(headers.get("Form"))) {
                    generation = Long.parseLong(headers.getOrDefault("Generation", "0"));
                    String decided = headers.get("Names");
                    for (String leg : headers.getOrDefault("Completed", "").split(",", -1)) {
                        if (!leg.isEmpty()) {
                            completed.add(Leg.valueOf(leg));
                        }
                    }
                    names = decided == null ? null : new CertificateNames(List.of(decided.split(",", -1)), true);
                }
            } else if (headers.containsKey("Role")) {
                ofRole(block, CertificateRole.of(get(headers, "Role")), Origin.valueOf(get(headers, "Origin")));
            } else if (headers.containsKey("Request")) {
                ofRequest(block, Leg.valueOf(get(headers, "Request")));
            } else if (get(headers, "Use").equals(ISSUER)) {
                issuer = DerParts.certificate(block.getContent());
            } else {
                String revoked = headers.get("Revoked");
                issued.add(new Issued(
                        DerParts.certificate(block.getContent()), revoked == null ? null : Instant.parse(revoked)));
            }
        }

        Read all() {
            if (generation < 0) {
                throw new IllegalStateException("no head");
            }
            return new Read(generation, new StoredCertificates(held, issuer, issued, requests, names, completed));
        }

        private void ofRole(PemObject block, CertificateRole role, Origin origin) {
            Held before = held.getOrDefault(role, new Held(null, List.of(), origin));
            if (block.getType().equals(PRIVATE_KEY)) {
                held.put(role, new Held(PrivateKeys.decoded(block.getContent()), before.certificates(), origin));
            } else {
                List<X509Certificate> more = new ArrayList<>(before.certificates());
                more.add(DerParts.certificate(block.getContent()));
                held.put(role, new Held(before.key(), more, origin));
            }
        }

        private void ofRequest(PemObject block, Leg leg) throws GeneralSecurityException {
            if (block.getType().equals(PRIVATE_KEY)) {
                requested.put(leg, PrivateKeys.decoded(block.getContent()));
            } else {
                requests.put(
                        leg,
                        new KeyPair(
                                KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(block.getContent())),
                                Objects.requireNonNull(requested.get(leg), "the private key stands first")));
            }
        }

        private static String get(Map<String, String> headers, String name) {
            return Objects.requireNonNull(headers.get(name), name);
        }
    }
}
