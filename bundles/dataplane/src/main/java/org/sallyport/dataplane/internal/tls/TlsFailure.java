// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.Shown;

/** Why a handshake failed, for people, with what to do. What a peer sent is never repeated but for names. */
public final class TlsFailure {
    private static final int MOST_CAUSES = 10;
    /** What a peer says that does not like the certificate that it was shown, or that it was shown none. */
    private static final List<String> UNLOVED =
            List.of("bad certificate", "certificate unknown", "handshake failure", "access denied");

    /**
     * What can be done, as the end of a sentence.
     *
     * @param untrusted where nobody who is trusted signed what the peer shows
     * @param unshown where the peer does not trust what it is shown
     * @param plain where the peer does not speak TLS
     */
    private record Remedies(String untrusted, String unshown, String plain) {
        static final Remedies NONE = new Remedies("", "", "");
    }

    private TlsFailure() {}

    /**
     * Speaks of an application.
     *
     * @param failure of the handshake
     * @return a sentence
     */
    public static String ofApplication(Throwable failure) {
        return "TLS with the application failed: " + reason(failure, "the application", Remedies.NONE);
    }

    /**
     * Speaks of a resource.
     *
     * @param destination whose
     * @param failure of the handshake, or of the connection soon after it
     * @return a sentence
     */
    public static String ofResource(Destination destination, Throwable failure) {
        return "TLS with " + destination.resource() + " failed: " + reasonOfResource(destination, failure);
    }

    /**
     * Speaks of a resource that ended the connection right after the handshake, and did not say why.
     *
     * @param destination whose
     * @return a sentence
     */
    public static String endOfResource(Destination destination) {
        return "TLS with " + destination.resource()
                + " failed: the resource ended the connection right after the handshake,"
                + " perhaps for want of a certificate that it trusts" + ofClient(destination);
    }

    private static String reasonOfResource(Destination destination, Throwable failure) {
        String id = destination.id().value();
        List<X509Certificate> chain = chain(failure);
        CertificateException certificate = find(failure, CertificateException.class);
        String text = certificate == null ? "" : String.valueOf(certificate.getMessage());
        if (text.contains("No name matching") || text.contains("No subject alternative")) {
            String others = chain.isEmpty() ? "" : CertificateWords.names(chain.get(0));
            return "its certificate is " + (others.isEmpty() ? "" : "for " + others + ", ") + "not for "
                    + Handshake.expected(destination).host()
                    + "; destination:update " + id + " --resource-name NAME expects another name";
        }
        String signer = chain.isEmpty()
                ? "who signed it"
                : CertificateWords.issuer(chain.get(chain.size() - 1)) + ", who signed it";
        return reason(
                failure,
                "the resource",
                new Remedies(
                        "; destination:cert " + id + " upload resource-cas FILE trusts " + signer,
                        ofClient(destination),
                        "; destination:update " + id + " --resource-tls none speaks to it in the clear"));
    }

    /** What to do where the resource does not like what it is shown. */
    private static String ofClient(Destination destination) {
        String id = destination.id().value();
        return destination.options().resourceTls().security() == LegSecurity.MUTUAL
                ? "; destination:cert " + id + " list says what it is shown, destination:cert " + id
                        + " upload egress FILE replaces that"
                : "; destination:update " + id + " --resource-tls mutual shows it one";
    }

    /**
     * The certificates that a peer showed which was not accepted.
     *
     * @param failure of the handshake
     * @return the peer's own first; empty where it was not for its certificates
     */
    public static List<X509Certificate> chain(Throwable failure) {
        RejectedChain rejected = find(failure, RejectedChain.class);
        return rejected == null ? List.of() : rejected.chain();
    }

    private static String reason(Throwable failure, String peer, Remedies remedies) {
        if (find(failure, SslHandshakeTimeoutException.class) != null) {
            return peer + " has not finished the handshake within " + Handshake.SECONDS + " s";
        }
        if (find(failure, NotSslRecordException.class) != null) {
            return peer + " does not speak TLS" + remedies.plain();
        }
        if (find(failure, CertificateExpiredException.class) != null) {
            return "the certificate of " + peer + " has expired" + since(failure);
        }
        if (find(failure, CertificateNotYetValidException.class) != null) {
            return "the certificate of " + peer + " is not valid yet";
        }
        if (find(failure, CertPathBuilderException.class) != null) {
            return "nobody who is trusted signed the certificate of " + peer + remedies.untrusted();
        }
        CertPathValidatorException path = find(failure, CertPathValidatorException.class);
        if (path != null) {
            return "the chain of " + peer + " is not valid: " + Shown.of(String.valueOf(path.getMessage()))
                    + remedies.untrusted();
        }
        CertificateException certificate = find(failure, CertificateException.class);
        if (certificate != null) {
            return "the certificate of " + peer + " is not accepted: "
                    + Shown.of(String.valueOf(certificate.getMessage()));
        }
        if (find(failure, ClosedChannelException.class) != null) {
            return peer + " closed the connection during the handshake";
        }
        SSLException alert = find(failure, SSLException.class);
        if (alert != null) {
            return alert(String.valueOf(alert.getMessage()), peer, remedies.unshown());
        }
        return find(failure, IOException.class) == null
                ? "an error, " + failure.getClass().getSimpleName()
                : peer + " reset the connection during the handshake";
    }

    private static String since(Throwable failure) {
        return chain(failure).stream()
                .map(each -> each.getNotAfter().toInstant())
                .min(Comparator.naturalOrder())
                .map(first -> ", on " + CertificateWords.day(first))
                .orElse("");
    }

    /** Libraries name alerts (RFC 8446 §6.2) in their own ways; the last words are the name. */
    private static String alert(String message, String peer, String unshown) {
        String words = message.substring(message.lastIndexOf(':') + 1).strip().replace('_', ' ');
        String plain = words.toLowerCase(Locale.ROOT);
        if (plain.contains("peer did not return a certificate")) {
            return peer + " presented no certificate";
        }
        if (plain.contains("certificate required")) {
            return peer + " expects a certificate, and got none" + unshown;
        }
        if (plain.contains("unknown ca")) {
            return peer + " does not trust who signed the certificate that it was shown" + unshown;
        }
        if (UNLOVED.stream().anyMatch(plain::contains)) {
            return Shown.of(plain)
                    + (unshown.isEmpty() ? "" : ", perhaps for want of a certificate that it trusts" + unshown);
        }
        return Shown.of(plain);
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> kind) {
        Throwable each = failure;
        for (int depth = 0; each != null && depth < MOST_CAUSES; depth++) {
            if (kind.isInstance(each)) {
                return kind.cast(each);
            }
            each = each.getCause();
        }
        return null;
    }
}
