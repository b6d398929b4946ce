// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.pki.Leg;
import org.sallyport.wire.control.Csr;
import org.sallyport.wire.control.Sign;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the server sign certificates for keys that are made here, a few at a time. One that was refused is asked for again
 * after a minute: operators mend things. On the role's thread.
 */
final class SigningRequests {
    private static final Logger LOG = LoggerFactory.getLogger(SigningRequests.class);
    private static final Duration RETRY = Duration.ofMinutes(1);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** Below what a server takes at once. */
    private static final int MOST_OPEN = 8;

    private static final int LINE = 64;

    private final GatewayId gateway;
    private final RoleContext role;
    private final GatewayCertificates.Owner owner;
    private final Supplier<CompletionStage<Void>> order;
    private final Map<DestinationId, Request> running = new HashMap<>();
    private final Map<Long, Request> open = new HashMap<>();
    private final Deque<Request> queue = new ArrayDeque<>();
    private final Map<DestinationId, Trouble> troubles = new HashMap<>();
    private long lastNumber;
    private @Nullable Registration retry;

    /** Why a leg has no certificate, and what is to be tried again. */
    private record Trouble(String text, Leg leg, List<String> names) {}

    /** One leg on its way to a certificate. */
    private static final class Request {
        private final DestinationId destination;
        private final Leg leg;
        private final List<String> names;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private String pem = "";
        private @Nullable TunnelSession session;
        private @Nullable Registration limit;

        Request(DestinationId destination, Leg leg, List<String> names) {
            this.destination = destination;
            this.leg = leg;
            this.names = names;
        }
    }

    /** @param order completes when what was decided before is done, so that what is looked at is true */
    SigningRequests(
            GatewayId gateway,
            RoleContext role,
            GatewayCertificates.Owner owner,
            Supplier<CompletionStage<Void>> order) {
        this.order = order;
        this.gateway = gateway;
        this.role = role;
        this.owner = owner;
    }

    /**
     * Looks whether a leg needs a certificate, and asks for it.
     *
     * @param names what it is to be for; empty: whatever is signed
     * @return completes when it has one or cannot have one now
     */
    CompletableFuture<Void> look(DestinationId destination, Leg leg, List<String> names) {
        Request before = running.get(destination);
        if (before != null && before.names.equals(names)) {
            // it may have waited for a tunnel, which is one of its gateway's in a moment
            role.serial().execute(this::sendNext);
            return before.done;
        }
        DestinationCertificates service = role.parts().get().certificates();
        if (service == null) {
            return CompletableFuture.completedFuture(null);
        }
        if (before != null) {
            finish(before);
        }
        Request request = new Request(destination, leg, names);
        running.put(destination, request);
        order.get()
                .thenCompose(settled -> service.requestIfDue(destination, leg, names))
                .whenComplete((csr, failure) -> role.serial().execute(() -> {
                    if (running.get(destination) != request) {
                        return;
                    }
                    if (failure != null) {
                        fail(request, "no certificate can be asked for: " + Causes.text(failure));
                    } else if (csr == null) {
                        finish(request);
                        mended(destination);
                    } else {
                        request.pem = pem(csr);
                        queue.add(request);
                        sendNext();
                    }
                }));
        return request.done;
    }

    private void sendNext() {
        TunnelSession session = session();
        while (session != null && open.size() < MOST_OPEN && !queue.isEmpty()) {
            Request next = queue.remove();
            long number = ++lastNumber;
            open.put(number, next);
            next.session = session;
            next.limit = role.serial()
                    .after(ANSWER, () -> fail(next, "the server did not answer the request for a certificate"));
            session.send(new Csr(number, next.destination.value(), next.leg.word(), next.pem));
        }
    }

    /** {@return the newest tunnel that is to last, null when there is none} */
    private @Nullable TunnelSession session() {
        TunnelSession newest = null;
        for (TunnelSession session : owner.sessions()) {
            newest = session.draining() ? newest : session;
        }
        return newest;
    }

    void answered(TunnelSession session, Sign answer) {
        Request request = open.get(answer.request());
        if (request == null || request.session != session) {
            LOG.debug("{}: an answer to a request that is not open", gateway);
            return;
        }
        String chain = answer.pem();
        DestinationCertificates service = role.parts().get().certificates();
        if (chain == null) {
            fail(request, "the server signed no certificate: " + ForeignText.sentence(answer.text()));
        } else if (service == null) {
            fail(request, "the certificates of this client are away: its bundle org.sallyport.pki does not run");
        } else {
            open.remove(answer.request());
            service.install(request.destination, request.leg, CertificateUpload.of(chain.getBytes(US_ASCII)))
                    .whenComplete((views, failure) -> role.serial().execute(() -> {
                        if (running.get(request.destination) != request) {
                            return;
                        }
                        if (failure != null) {
                            fail(
                                    request,
                                    "the certificate that the server signed cannot be used: " + Causes.text(failure));
                            return;
                        }
                        LOG.info("{}: the server signed its {} certificate", request.destination, request.leg.word());
                        finish(request);
                        mended(request.destination);
                    }));
        }
    }

    private void fail(Request request, String why) {
        Trouble trouble = new Trouble(why, request.leg, request.names);
        if (!trouble.equals(troubles.put(request.destination, trouble))) {
            LOG.warn("{}: {}; tried again every {} s", request.destination, why, RETRY.toSeconds());
        }
        finish(request);
        if (retry == null) {
            retry = role.serial().after(RETRY, this::tryAgain);
        }
        owner.report();
    }

    private void tryAgain() {
        retry = null;
        Map.copyOf(troubles).forEach((id, trouble) -> {
            CompletableFuture<Void> unused = look(id, trouble.leg(), trouble.names());
        });
    }

    private void mended(DestinationId destination) {
        if (troubles.remove(destination) != null) {
            owner.report();
        }
    }

    private void finish(Request request) {
        running.remove(request.destination, request);
        open.values().remove(request);
        queue.remove(request);
        if (request.limit != null) {
            request.limit.close();
        }
        request.done.complete(null);
        sendNext();
    }

    /** A tunnel has ended; its successor asks anew. */
    void left(TunnelSession session) {
        for (Request request : List.copyOf(open.values())) {
            if (request.session == session) {
                fail(request, "the tunnel ended before a certificate came");
            }
        }
    }

    /** Only these show certificates now. */
    void forgetOthers(Collection<Destination> showing) {
        Set<DestinationId> kept = showing.stream().map(Destination::id).collect(Collectors.toSet());
        troubles.keySet().retainAll(kept);
        for (Request request : List.copyOf(running.values())) {
            if (!kept.contains(request.destination)) {
                finish(request);
            }
        }
    }

    /** {@return whether no certificate was to be had when it was tried last} */
    boolean troubled(DestinationId destination) {
        return troubles.containsKey(destination);
    }

    /** {@return why a leg has no certificate; empty when it has, or needs none} */
    String trouble(DestinationId destination) {
        Trouble trouble = troubles.get(destination);
        if (trouble != null) {
            return trouble.text();
        }
        return running.containsKey(destination) ? "it waits for the server to sign its certificate" : "";
    }

    void close() {
        if (retry != null) {
            retry.close();
            retry = null;
        }
        troubles.clear();
        queue.clear();
        List.copyOf(running.values()).forEach(this::finish);
    }

    private static String pem(byte[] request) {
        return "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(request)
                + "\n-----END CERTIFICATE REQUEST-----\n";
    }
}
