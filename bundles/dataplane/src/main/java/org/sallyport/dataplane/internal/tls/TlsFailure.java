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
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.HostPort;
import org.sallyport.api.Shown;

/** Why a handshake failed, for people, with what to do. What a peer sent is never repeated but for names. */
public final class TlsFailure {
    private static final int MOST_CAUSES = 10;

    private TlsFailure() {}

    /**
     * Speaks of an application.
     *
     * @param failure of the handshake
     * @return a sentence
     */
    public static String ofApplication(Throwable failure) {
        return "TLS with the application failed: " + reason(failure, "the application", "");
    }

    /**
     * Speaks of a resource.
     *
     * @param destination whose
     * @param name that its certificate has to be for
     * @param failure of the handshake
     * @return a sentence
     */
    public static String ofResource(Destination destination, HostPort name, Throwable failure) {
        String id = destination.id().value();
        String untrusted = "; destination:cert " + id + " upload resource-cas FILE trusts who signed it";
        CertificateException certificate = find(failure, CertificateException.class);
        String text = certificate == null ? "" : String.valueOf(certificate.getMessage());
        if (text.contains("No name matching") || text.contains("No subject alternative")) {
            return "TLS with " + destination.resource() + " failed: its certificate is not for " + name.host() + " ("
                    + Shown.of(text) + "); destination:update " + id + " --resource-name NAME expects another";
        }
        return "TLS with " + destination.resource() + " failed: " + reason(failure, "the resource", untrusted);
    }

    private static String reason(Throwable failure, String peer, String untrusted) {
        if (find(failure, SslHandshakeTimeoutException.class) != null) {
            return peer + " has not finished the handshake within " + Handshake.SECONDS + " s";
        }
        if (find(failure, NotSslRecordException.class) != null) {
            return peer + " does not speak TLS";
        }
        if (find(failure, CertificateExpiredException.class) != null) {
            return "the certificate of " + peer + " has expired";
        }
        if (find(failure, CertificateNotYetValidException.class) != null) {
            return "the certificate of " + peer + " is not valid yet";
        }
        if (find(failure, CertPathBuilderException.class) != null) {
            return "nobody who is trusted signed the certificate of " + peer + untrusted;
        }
        CertPathValidatorException path = find(failure, CertPathValidatorException.class);
        if (path != null) {
            return "the chain of " + peer + " is not valid: " + Shown.of(String.valueOf(path.getMessage())) + untrusted;
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
            return alert(String.valueOf(alert.getMessage()), peer);
        }
        return find(failure, IOException.class) == null
                ? "an error, " + failure.getClass().getSimpleName()
                : peer + " reset the connection during the handshake";
    }

    /** Libraries name alerts (RFC 8446 §6.2) in their own ways; the last words are the name. */
    private static String alert(String message, String peer) {
        String words = message.substring(message.lastIndexOf(':') + 1).strip().replace('_', ' ');
        String plain = words.toLowerCase(Locale.ROOT);
        if (plain.contains("peer did not return a certificate")) {
            return peer + " presented no certificate";
        }
        if (plain.contains("certificate required")) {
            return peer + " expects a certificate, and got none";
        }
        if (plain.contains("unknown ca")) {
            return peer + " does not trust who signed the certificate that it was shown";
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
