// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.ResourceTls;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.LegMaterial;
import org.sallyport.spi.TlsPolicy;

/** Makes contexts of keys and options. Takes milliseconds: not on an event loop. */
final class LegContexts {
    private static final int TICKET_KEY_PART = 16;

    private final SslProvider provider;
    private final SecureRandom random = new SecureRandom();

    LegContexts(SslProvider provider) {
        this.provider = provider;
    }

    /**
     * The context of handshakes with applications.
     *
     * @param destination whose
     * @param security TLS, or mutual TLS
     * @param material what there is
     * @param now to see what has expired
     */
    LegContext ingress(Destination destination, LegSecurity security, LegMaterial material, Instant now) {
        KeyMaterial key = material.key();
        String id = destination.id().value();
        if (key == null) {
            return LegContext.missing("it has no certificate to show to applications; destination:cert " + id
                    + " issue NAME makes one, destination:cert " + id + " upload ingress FILE takes yours");
        }
        String expired = expired(key, now);
        if (expired != null) {
            return LegContext.missing(expired + "; destination:cert " + id + " replaces it");
        }
        boolean mutual = security == LegSecurity.MUTUAL;
        if (mutual && material.trust().anchors().isEmpty()) {
            return LegContext.missing("no application's certificate can be verified; destination:cert " + id
                    + " issue-client NAME makes one, destination:cert " + id
                    + " upload application-cas FILE takes yours");
        }
        try {
            SslContextBuilder builder = TlsPolicy.apply(SslContextBuilder.forServer(key.key(), chain(key)), provider)
                    .applicationProtocolConfig(offered(destination.options().alpn()));
            if (mutual) {
                // a session that is resumed would pass by what was revoked meanwhile
                builder.clientAuth(ClientAuth.REQUIRE)
                        .trustManager(LegTrust.of(material.trust()))
                        .sessionCacheSize(1)
                        .sessionTimeout(1);
            }
            SslContext context = builder.build();
            if (!mutual) {
                resumable(context, destination.id());
            }
            return new LegContext(Map.of("", context), "", true, key.certificate());
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            return LegContext.missing("its certificates cannot be used: " + e.getMessage());
        }
    }

    /** Tickets (RFC 5077, RFC 8446 §4.6.1) under a key that lives as long as the context; the JDK makes its own. */
    private void resumable(SslContext context, DestinationId destination) {
        if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
            sessions.setSessionIdContext(destination.value().getBytes(StandardCharsets.US_ASCII));
            sessions.setTicketKeys(new OpenSslSessionTicketKey(
                    bytes(OpenSslSessionTicketKey.NAME_SIZE), bytes(TICKET_KEY_PART), bytes(TICKET_KEY_PART)));
        }
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /**
     * The context of handshakes with the resource.
     *
     * @param destination whose
     * @param material what there is
     * @param now to see what has expired
     */
    LegContext egress(Destination destination, LegMaterial material, Instant now) {
        ResourceTls tls = destination.options().resourceTls();
        KeyMaterial key = material.key();
        if (tls.security() == LegSecurity.MUTUAL) {
            String id = destination.id().value();
            if (key == null) {
                return LegContext.missing("there is no certificate to show to the resource; destination:cert " + id
                        + " upload egress FILE at this end takes yours");
            }
            String expired = expired(key, now);
            if (expired != null) {
                return LegContext.missing(expired + "; destination:cert " + id + " replaces it");
            }
        }
        try {
            KeyMaterial shown = tls.security() == LegSecurity.MUTUAL ? key : null;
            TrustManager trust = tls.verify()
                    ? LegTrust.of(material.trust())
                    : InsecureTrustManagerFactory.INSTANCE.getTrustManagers()[0];
            Map<String, SslContext> contexts = new HashMap<>();
            contexts.put("", egress(tls, shown, trust, List.of()));
            for (String protocol : destination.options().alpn()) {
                contexts.put(protocol, egress(tls, shown, trust, List.of(protocol)));
            }
            return new LegContext(contexts, "", true, shown == null ? null : shown.certificate());
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            return LegContext.missing("the certificates for the resource cannot be used: " + e.getMessage());
        }
    }

    private SslContext egress(ResourceTls tls, @Nullable KeyMaterial shown, TrustManager trust, List<String> offered)
            throws SSLException {
        SslContextBuilder builder = TlsPolicy.apply(SslContextBuilder.forClient(), provider)
                .endpointIdentificationAlgorithm(tls.verify() ? "HTTPS" : "")
                .trustManager(trust)
                .applicationProtocolConfig(offered(offered));
        if (shown != null) {
            builder.keyManager(shown.key(), chain(shown));
        }
        return builder.build();
    }

    private static Instant end(KeyMaterial key) {
        return key.certificate().getNotAfter().toInstant();
    }

    private static @Nullable String expired(KeyMaterial key, Instant now) {
        return end(key).isBefore(now) ? "its certificate expired at " + end(key) : null;
    }

    private static X509Certificate[] chain(KeyMaterial key) {
        return key.chain().toArray(X509Certificate[]::new);
    }

    private static ApplicationProtocolConfig offered(List<String> protocols) {
        return protocols.isEmpty()
                ? ApplicationProtocolConfig.DISABLED
                : new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        protocols);
    }
}
