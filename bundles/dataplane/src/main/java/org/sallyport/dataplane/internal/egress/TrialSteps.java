// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.HostPort;
import org.sallyport.api.ProxyAddress;
import org.sallyport.api.Transport;
import org.sallyport.dataplane.internal.io.NameResolver;
import org.sallyport.dataplane.internal.tls.CertificateWords;
import org.sallyport.dataplane.internal.tls.Handshake;
import org.sallyport.dataplane.internal.tls.TlsFailure;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.ProbeStep;

/** Writes down how far a dial has come, as the steps of a report. On the dial's event loop. */
final class TrialSteps implements DialObserver {
    private static final String ACL = "acl";
    private static final String NAME = "name";
    private static final String PROXY = "proxy";
    private static final String CONNECT = "connect";
    private static final String TLS = "tls";
    private static final int MOST_CERTIFICATES = 8;
    private static final int MOST_ADDRESSES = 4;

    private final Destination destination;
    private final @Nullable ProxyAddress proxy;
    private final LongSupplier nanos;
    private final List<ProbeStep> steps = new ArrayList<>();
    private List<InetSocketAddress> addresses = List.of();
    private boolean named;
    private String trying = ACL;
    private long since;

    /**
     * @param destination whose resource is dialled
     * @param nanos the clock
     */
    TrialSteps(Destination destination, LongSupplier nanos) {
        this.destination = destination;
        this.nanos = nanos;
        proxy = destination.options().resourceProxy();
        since = nanos.getAsLong();
    }

    /** {@return what was written down by now} */
    List<ProbeStep> soFar() {
        return List.copyOf(steps);
    }

    /** {@return the resource's addresses that may be dialled; none where a proxy resolves its name} */
    List<InetSocketAddress> addresses() {
        return addresses;
    }

    private void passed(String text, String next) {
        steps.add(ProbeStep.passed(trying, text));
        trying = next;
        since = nanos.getAsLong();
    }

    private String elapsed() {
        return String.format(Locale.ROOT, " within %.1f ms", (nanos.getAsLong() - since) / 1e6);
    }

    // ------------------------------------------------------------------ the dial

    @Override
    public void allowed(HostPort place) {
        if (!trying.equals(ACL)) {
            return; // the proxy is a part of its own step
        }
        passed(place + " may be dialled", NAME);
        if (destination.proxyResolves()) {
            named = true;
            passed("left to the proxy", PROXY);
        }
    }

    @Override
    public void resolved(HostPort place, List<InetAddress> found, List<InetSocketAddress> allowed) {
        if (named) {
            return;
        }
        named = true;
        addresses = List.copyOf(allowed);
        if (NameResolver.literal(place.host()) != null) {
            passed("an address, nothing to look up", next(allowed));
            return;
        }
        String all = found.stream()
                .limit(MOST_ADDRESSES)
                .map(InetAddress::getHostAddress)
                .collect(Collectors.joining(", ", place.host() + " is ", more(found.size())));
        String denied =
                allowed.isEmpty() || allowed.size() == found.size() ? "" : "; the policy allows only " + words(allowed);
        passed(all + denied, next(allowed));
    }

    private String next(List<InetSocketAddress> allowed) {
        if (allowed.isEmpty()) {
            return ACL;
        }
        return proxy == null ? CONNECT : PROXY;
    }

    private static String words(List<InetSocketAddress> addresses) {
        return addresses.stream()
                .limit(MOST_ADDRESSES)
                .map(TrialSteps::words)
                .collect(Collectors.joining(", ", "", more(addresses.size())));
    }

    private static String words(InetSocketAddress address) {
        return new HostPort(address.getAddress().getHostAddress(), address.getPort()).toString();
    }

    private static String more(int count) {
        return count > MOST_ADDRESSES ? " and " + (count - MOST_ADDRESSES) + " more" : "";
    }

    @Override
    public void connected(Channel socket) {
        if (destination.transport() == Transport.UDP) {
            return; // says nothing about datagrams
        }
        String remote = socket.remoteAddress() instanceof InetSocketAddress address ? words(address) : "it is gone";
        passed("to " + remote + elapsed(), proxy == null ? TLS : CONNECT);
    }

    @Override
    public void through() {
        if (proxy != null) {
            passed("the " + proxy.words() + " connected to " + destination.resource() + elapsed(), TLS);
        }
    }

    @Override
    public void unprotected(Throwable cause) {
        seen(TlsFailure.chain(cause));
    }

    private void seen(List<? extends Certificate> chain) {
        int most = Math.min(MOST_CERTIFICATES, chain.size());
        for (int i = 0; i < most; i++) {
            if (chain.get(i) instanceof X509Certificate certificate) {
                String text = CertificateWords.of(certificate, Instant.now());
                boolean last = i + 1 == most && chain.size() > most;
                steps.add(ProbeStep.passed(
                        "certificate " + (i + 1),
                        last ? text + "; " + (chain.size() - most) + " more are not shown" : text));
            }
        }
    }

    // ------------------------------------------------------------------ the outcome

    /** Tells of what TLS has agreed on, if it protects the way, but not yet that it is accepted by the resource. */
    void secured(Channel socket) {
        SslHandler tls = socket.pipeline().get(SslHandler.class);
        if (tls != null) {
            seen(chain(tls.engine().getSession()));
        }
    }

    private static List<Certificate> chain(SSLSession session) {
        try {
            return List.of(session.getPeerCertificates());
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }

    /** The resource did not object to what TLS has agreed on. */
    void accepted(Channel socket) {
        SslHandler tls = socket.pipeline().get(SslHandler.class);
        if (tls != null) {
            SSLSession session = tls.engine().getSession();
            boolean verified = destination.options().resourceTls().verify();
            passed(
                    session.getProtocol() + ", " + session.getCipherSuite() + ", "
                            + (verified
                                    ? "verified for "
                                            + Handshake.expected(destination).host()
                                    : "not verified, because of --verify-resource no"),
                    TLS);
        }
    }

    /** The resource took the handshake and ended the connection with a reason, or without one. */
    void objected(String why) {
        steps.add(ProbeStep.failed(TLS, why));
    }

    /** Adds what is no part of a dial. */
    void add(ProbeStep step) {
        steps.add(step);
    }

    /** Nobody objected to datagrams, or somebody did. */
    void datagrams(boolean passed, String text) {
        steps.add(new ProbeStep(CONNECT, passed, text));
    }

    /** The dial failed. */
    void refused(OpenReply reply) {
        String step =
                switch (reply.code()) {
                    case DENIED, CEILING_DENIED -> ACL;
                    case TOO_MANY -> "limits";
                    default -> trying;
                };
        steps.add(ProbeStep.failed(step, reply.text() + remedy(step, reply)));
    }

    private String remedy(String step, OpenReply reply) {
        String update = "destination:update " + destination.id();
        return switch (reply.code()) {
            case NOT_RESOLVED ->
                step.equals(NAME)
                        ? "; the end that dials looks it up: correct its DNS, or " + update
                                + " --resource HOST:PORT names another"
                        : "";
            case CONNECTION_REFUSED ->
                step.equals(CONNECT) && proxy == null
                        ? tried() + "; start what listens there, or " + update + " --resource HOST:PORT names another"
                        : ofProxy(step, update);
            case TIMED_OUT ->
                switch (step) {
                    case CONNECT ->
                        tried() + "; its host is down, or a firewall drops what goes there; " + update
                                + " --connect-timeout S waits longer";
                    case TLS -> "; it took the connection and says nothing, so it may not speak TLS";
                    default -> ofProxy(step, update);
                };
            default -> "";
        };
    }

    private String tried() {
        return addresses.isEmpty() ? "" : "; tried " + words(addresses);
    }

    private static String ofProxy(String step, String update) {
        return step.equals(PROXY) ? "; " + update + " --resource-proxy names another" : "";
    }
}
