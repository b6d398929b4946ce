// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationId;
import org.sallyport.api.pki.CarriedLeg;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateFileException.Problem;
import org.sallyport.api.pki.CertificateNames;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.pki.LegMaterial;
import org.sallyport.api.pki.PeerTrust;
import org.sallyport.pki.internal.StoredCertificates.Held;

/** The form in which certificates of a leg travel to the other end. */
final class CarriedForm {
    /** More than is ever issued for a destination. */
    private static final int MAX_SERIALS = 1000;

    /** RFC 5280 §4.1.2.2: 20 bytes. */
    private static final Pattern SERIAL = Pattern.compile("[0-9a-f]{1,40}");

    private static final int MARK_BYTES = 16;

    private CarriedForm() {}

    /** {@return what clients need of what is stored for one of their legs; null when there is nothing} */
    static @Nullable CarriedLeg of(DestinationId id, Leg leg, StoredCertificates stored) {
        Held own = stored.held(CertificateRole.keyOf(leg));
        // a key that was issued or made here is this end's own
        Held uploaded = own != null && own.origin() == Origin.UPLOADED ? own : null;
        Held trusted = stored.held(CertificateRole.trustOf(leg));
        X509Certificate issuer = leg == Leg.INGRESS ? stored.issuer() : null;
        CertificateNames named = leg == Leg.INGRESS ? stored.names() : null;
        if (uploaded == null && trusted == null && issuer == null && named == null) {
            return null;
        }
        String chain = uploaded == null ? "" : pem(uploaded.certificates());
        String anchors = trusted == null ? "" : pem(trusted.certificates());
        String by = issuer == null ? "" : pem(List.of(issuer));
        List<String> serials = issuer == null
                ? List.of()
                : stored.serials().stream().sorted().map(Facts::serial).toList();
        List<String> names = named == null ? List.of() : named.names();
        return new CarriedLeg(
                id,
                leg,
                mark(chain, anchors, by, String.join(",", serials), String.join(",", names)),
                uploaded == null || uploaded.key() == null ? null : pem(uploaded.key()),
                chain,
                anchors,
                by,
                serials,
                names);
    }

    private static String pem(List<X509Certificate> certificates) {
        try {
            List<PemObject> blocks = new ArrayList<>();
            for (X509Certificate certificate : certificates) {
                blocks.add(new PemObject("CERTIFICATE", certificate.getEncoded()));
            }
            return write(blocks);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("what was decoded has an encoding", e);
        }
    }

    private static String pem(PrivateKey key) {
        return write(List.of(new PemObject("PRIVATE KEY", key.getEncoded())));
    }

    private static String write(List<PemObject> blocks) {
        StringWriter text = new StringWriter();
        try (PemWriter pem = new PemWriter(text)) {
            for (PemObject block : blocks) {
                pem.writeObject(block);
            }
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory cannot fail", e);
        }
        return text.toString();
    }

    private static String mark(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                digest.update(part.getBytes(UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(Arrays.copyOf(digest.digest(), MARK_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Reads what the other end sent. What has expired is read, too: whoever shows or verifies it says so.
     *
     * @param carried also hostile
     * @return what it says, without a generation
     */
    static LegMaterial read(CarriedLeg carried) {
        return CertificateFiles.guarded(() -> {
            List<X509Certificate> anchors = new ArrayList<>(certificates(carried.anchors()));
            if (anchors.size() > CertificateUpload.MAX_AUTHORITIES) {
                throw new CertificateFileException(
                        Problem.TOO_MANY,
                        anchors.size() + " certificates to trust: expected at most "
                                + CertificateUpload.MAX_AUTHORITIES);
            }
            List<X509Certificate> issuers = certificates(carried.issuer());
            X509Certificate issuer = issuers.isEmpty() ? null : issuers.get(0);
            return new LegMaterial(
                    carried.destination(),
                    carried.leg(),
                    0,
                    key(carried),
                    new PeerTrust(anchors, issuer, issuer == null ? Set.of() : serials(carried.serials())));
        });
    }

    private static @Nullable KeyMaterial key(CarriedLeg carried) {
        if (carried.key() == null) {
            return null;
        }
        List<X509Certificate> chain = certificates(carried.chain());
        for (FilePart part : parts(carried.key())) {
            if (part instanceof FilePart.Key locked) {
                PrivateKey key = locked.lock().open(new char[0]);
                if (chain.isEmpty() || !PrivateKeys.belong(key, chain.get(0).getPublicKey())) {
                    throw new CertificateFileException(
                            Problem.KEY_MISMATCH, "the private key and the first certificate do not belong together");
                }
                return new KeyMaterial(key, chain);
            }
        }
        throw new CertificateFileException(Problem.NO_KEY, "no private key where one was announced");
    }

    private static List<X509Certificate> certificates(String pem) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (FilePart part : pem.isEmpty() ? List.<FilePart>of() : parts(pem)) {
            if (!(part instanceof FilePart.Certificate one)) {
                throw new CertificateFileException(
                        Problem.WRONG_KIND, "something else than a certificate: expected certificates only");
            }
            certificates.add(one.certificate());
        }
        return certificates;
    }

    private static List<FilePart> parts(String pem) {
        return FileParts.of(CertificateUpload.of(pem.getBytes(US_ASCII)));
    }

    private static Set<BigInteger> serials(List<String> texts) {
        if (texts.size() > MAX_SERIALS) {
            throw new CertificateFileException(
                    Problem.TOO_MANY, texts.size() + " serial numbers: expected at most " + MAX_SERIALS);
        }
        Set<BigInteger> serials = new HashSet<>();
        for (String text : texts) {
            if (!SERIAL.matcher(text).matches()) {
                throw new CertificateFileException(
                        Problem.NOT_X509, "a serial number that is none: expected up to 40 hexadecimal digits");
            }
            serials.add(new BigInteger(text, 16));
        }
        return serials;
    }
}
