// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateFileException.Problem;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;

/** Makes of files what a destination needs, or says why that cannot be. Slow: it may derive keys from passphrases. */
final class CertificateFiles {
    private CertificateFiles() {}

    /** {@return the one private key, its certificate and the chain in order} */
    static KeyMaterial keyAndChain(CertificateUpload upload, Leg leg, Instant now) {
        return guarded(() -> readKeyAndChain(upload, leg, now));
    }

    private static KeyMaterial readKeyAndChain(CertificateUpload upload, Leg leg, Instant now) {
        Sorted found = Sorted.of(upload);
        if (found.locks.isEmpty()) {
            throw new CertificateFileException(
                    Problem.NO_KEY,
                    found.certificates.isEmpty()
                            ? "no private key and no certificate" + found.instead() + ": expected both"
                            : "no private key: expected it beside the certificate, in the same file or in a second one");
        }
        PrivateKey key = oneKey(found.locks, Passphrases.of(upload));
        List<X509Certificate> chain =
                chain(found, certificate -> PrivateKeys.belong(key, certificate.getPublicKey()), leg, now);
        return new KeyMaterial(key, chain);
    }

    /** {@return the certificate of a key that is here, and its chain in order} */
    static List<X509Certificate> chainOf(PublicKey key, CertificateUpload upload, Leg leg, Instant now) {
        return guarded(() -> chain(
                Sorted.withoutKeys(upload, "the key of the request is here already"),
                certificate -> key.equals(certificate.getPublicKey()),
                leg,
                now));
    }

    /** {@return certificates to trust, each once} */
    static List<X509Certificate> trusted(CertificateUpload upload, Instant now) {
        return guarded(() -> readTrusted(upload, now));
    }

    private static List<X509Certificate> readTrusted(CertificateUpload upload, Instant now) {
        Sorted found = Sorted.withoutKeys(upload, "it is not needed here and should stay with its owner");
        found.checkAny();
        if (found.certificates.size() > CertificateUpload.MAX_AUTHORITIES) {
            throw new CertificateFileException(
                    Problem.TOO_MANY,
                    found.certificates.size() + " certificates: expected at most "
                            + CertificateUpload.MAX_AUTHORITIES
                            + ", those of the CAs that are really used and no list of all there are");
        }
        found.certificates.forEach(certificate -> CertificateRules.check(certificate, now));
        return List.copyOf(found.certificates);
    }

    private static List<X509Certificate> chain(Sorted found, Predicate<X509Certificate> belongs, Leg leg, Instant now) {
        found.checkAny();
        List<X509Certificate> ends = found.certificates.stream()
                .filter(belongs)
                .sorted(Comparator.comparing(X509Certificate::getNotAfter).reversed())
                .toList();
        if (ends.isEmpty()) {
            X509Certificate first = found.certificates.iterator().next();
            throw new CertificateFileException(
                    Problem.KEY_MISMATCH,
                    "the key belongs to none of the certificates, the first of which is " + Facts.shown(first)
                            + ": give the certificate that was issued for this key");
        }
        // the same key in an older certificate: somebody added the new one to the file
        X509Certificate end = ends.get(0);
        List<X509Certificate> others = new ArrayList<>(found.certificates);
        others.removeAll(ends);
        CertificateRules.checkEnd(end, leg);
        CertificateRules.check(end, now);
        List<X509Certificate> chain = CertificateChains.order(end, others);
        chain.forEach(certificate -> CertificateRules.check(certificate, now));
        return chain;
    }

    /** Reads what somebody else wrote: whatever a parser throws becomes what people can act on. */
    static <T> T guarded(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (CertificateFileException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            // much of what hostile bytes hold is looked at only here, see DerParts
            throw DerParts.unknown();
        }
    }

    private static PrivateKey oneKey(List<FilePart.Key> locks, char[] passphrase) {
        PrivateKey key = null;
        for (FilePart.Key part : locks) {
            PrivateKey opened = part.lock().open(passphrase);
            if (key != null && !key.equals(opened)) {
                throw new CertificateFileException(
                        Problem.SEVERAL_KEYS,
                        locks.size() + " private keys: expected one, leave out those that are not used");
            }
            key = opened;
        }
        if (key == null) {
            throw new IllegalStateException("the caller looked that there is one");
        }
        return key;
    }

    /** The parts of files by what they are. */
    private record Sorted(Set<X509Certificate> certificates, List<FilePart.Key> locks, List<String> others) {
        static Sorted of(CertificateUpload upload) {
            Sorted sorted = new Sorted(new LinkedHashSet<>(), new ArrayList<>(), new ArrayList<>());
            for (FilePart part : FileParts.of(upload)) {
                if (part instanceof FilePart.Certificate certificate) {
                    sorted.certificates.add(certificate.certificate());
                } else if (part instanceof FilePart.Key key) {
                    sorted.locks.add(key);
                } else if (part instanceof FilePart.Other other) {
                    sorted.others.add(other.what());
                }
            }
            return sorted;
        }

        static Sorted withoutKeys(CertificateUpload upload, String why) {
            Sorted sorted = of(upload);
            if (!sorted.locks.isEmpty()) {
                throw new CertificateFileException(
                        Problem.WRONG_KIND, "a private key among certificates: leave it out, " + why);
            }
            return sorted;
        }

        void checkAny() {
            if (certificates.isEmpty()) {
                throw new CertificateFileException(
                        others.isEmpty() ? Problem.NO_CERTIFICATE : Problem.WRONG_KIND,
                        "no certificate" + instead() + ": expected one that a CA has signed");
            }
        }

        String instead() {
            return others.isEmpty() ? "" : ", but " + others.get(0);
        }
    }
}
