// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.sallyport.api.Shown;

/** Certificates in the words of messages; whatever stands in them, it is bounded and fit to be shown. */
public final class CertificateWords {
    private static final int MOST_NAMES = 3;
    private static final int DNS = 2;
    private static final int ADDRESS = 7;

    private CertificateWords() {}

    /**
     * Says what a certificate is.
     *
     * @param certificate which
     * @param now to see whether it has expired
     * @return its subject, the names that it is for, its issuer, and until when it is valid
     */
    public static String of(X509Certificate certificate, Instant now) {
        String names = names(certificate);
        return subject(certificate) + (names.isEmpty() ? "" : " for " + names) + ", "
                + (certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                        ? "self-signed"
                        : "issued by " + issuer(certificate))
                + ", " + validity(certificate, now);
    }

    static String subject(X509Certificate certificate) {
        return Shown.of(certificate.getSubjectX500Principal().getName());
    }

    static String issuer(X509Certificate certificate) {
        return Shown.of(certificate.getIssuerX500Principal().getName());
    }

    private static String validity(X509Certificate certificate, Instant now) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        if (until.isBefore(now)) {
            return "expired on " + day(until);
        }
        return from.isAfter(now) ? "not valid before " + day(from) : "valid until " + day(until);
    }

    static String day(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC).toLocalDate().toString();
    }

    /** {@return the hosts that a certificate is for, the first few of them; empty: it names none} */
    static String names(X509Certificate certificate) {
        List<String> hosts = hosts(certificate);
        String first = String.join(", ", hosts.subList(0, Math.min(MOST_NAMES, hosts.size())));
        return hosts.size() > MOST_NAMES ? first + " and " + (hosts.size() - MOST_NAMES) + " more" : first;
    }

    private static List<String> hosts(X509Certificate certificate) {
        Collection<List<?>> alternatives;
        try {
            alternatives = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            return List.of();
        }
        List<String> hosts = new ArrayList<>();
        for (List<?> each : alternatives == null ? List.<List<?>>of() : alternatives) {
            if (each.get(0) instanceof Integer kind && (kind == DNS || kind == ADDRESS)) {
                hosts.add(Shown.of(String.valueOf(each.get(1))));
            }
        }
        return hosts;
    }
}
