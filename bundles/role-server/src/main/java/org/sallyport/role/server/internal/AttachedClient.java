// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Shown;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.Listeners;
import org.sallyport.wire.control.Probe;
import org.sallyport.wire.control.ProbeResult;

/**
 * A client that is attached, as the server knows it. It outlives its tunnel when another tunnel continues it. On the role's
 * thread.
 */
final class AttachedClient {
    private static final int MAX_WAITERS = 1000;

    private final ClientId id;
    private final String key;
    private final String host;
    private final String version;
    private final Instant since;
    private final List<Line> lines = new ArrayList<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private final Map<Long, CompletableFuture<ProbeResult>> probes = new HashMap<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private Map<String, String> failures = Map.of();
    private Map<String, String> remarks = Map.of();
    private Map<String, DestinationStates.PortReport> ports = Map.of();
    private boolean draining;
    private int aclEdits;
    private int signings;
    private long lastProbe;

    private record Waiter(long revision, CompletableFuture<Boolean> done) {}

    /** A tunnel of this client. The last one speaks for it; those before it carry what they carry. */
    private static final class Line {
        private final ControlSession session;
        private final ConfigPush push;
        private @Nullable HeldTunnel held;
        private boolean retired;
        private long applied = -1;

        Line(ControlSession session, HeldTunnel held, ConfigPush push) {
            this.session = session;
            this.held = held;
            this.push = push;
        }
    }

    AttachedClient(
            ClientId id,
            String key,
            String host,
            String version,
            Instant since,
            ControlSession session,
            HeldTunnel held,
            ConfigPush push) {
        this.id = id;
        this.key = key;
        this.host = host;
        this.version = version;
        this.since = since;
        lines.add(new Line(session, held, push));
    }

    ClientId id() {
        return id;
    }

    String key() {
        return key;
    }

    String host() {
        return host;
    }

    String version() {
        return version;
    }

    Instant since() {
        return since;
    }

    /** {@return the tunnel that speaks for this client; the last one it had once all are gone} */
    ControlSession session() {
        return current().session;
    }

    private Line current() {
        return lines.get(lines.size() - 1);
    }

    boolean draining() {
        return draining;
    }

    void markDraining() {
        draining = true;
    }

    /** {@return the tunnels of this client, those that end soon included} */
    List<ControlSession> sessions() {
        return lines.stream().map(line -> line.session).toList();
    }

    /** Another tunnel takes this client over; the present one goes on as before until the new one is in use. */
    void continueOn(ControlSession next, HeldTunnel held, ConfigPush push) {
        lines.add(new Line(next, held, push));
    }

    /** Takes over a tunnel of an earlier attachment of this client, which still carries something. */
    void adopt(AttachedClient former, ControlSession session) {
        for (Line line : former.lines) {
            if (line.session == session) {
                line.retired = true;
                lines.add(0, line);
            }
        }
    }

    /** {@return the tunnels that a later one has taken over from by now, each once: they are to carry nothing new} */
    List<ControlSession> retire() {
        List<ControlSession> retired = new ArrayList<>();
        boolean later = false;
        for (int i = lines.size() - 1; i >= 0; i--) {
            Line line = lines.get(i);
            if (later && !line.retired) {
                line.retired = true;
                retired.add(line.session);
            }
            later |= line.held == null;
        }
        return retired;
    }

    /** {@return the tunnels that only carry what they carry} */
    List<ControlSession> retired() {
        return lines.stream()
                .filter(line -> line.retired)
                .map(line -> line.session)
                .toList();
    }

    /**
     * A tunnel of this client is closed.
     *
     * @return whether another one speaks for the client: always, unless this was the last that was not retired
     */
    boolean lost(ControlSession session) {
        boolean others = lines.stream().anyMatch(line -> !line.retired && line.session != session);
        if (others) {
            lines.removeIf(line -> line.session == session);
        }
        return others;
    }

    /** {@return the tunnel that waits for the client's first word, once; null after that} */
    @Nullable
    HeldTunnel takeHeld(ControlSession session) {
        for (Line line : lines) {
            if (line.session == session) {
                HeldTunnel taken = line.held;
                line.held = null;
                return taken;
            }
        }
        return null;
    }

    void push() {
        current().push.wish();
    }

    /** The tunnel that came last was given its first configuration. */
    void given(Config first) {
        current().push.begin(first);
    }

    // what the client says

    void applied(Applied message) {
        Line line = current();
        line.applied = Math.max(line.applied, message.revision());
        Map<String, String> next = new HashMap<>();
        for (Applied.Failure failure : message.failures()) {
            next.put(
                    failure.destination(),
                    failure.text().isEmpty() ? "it could not be applied" : ForeignText.sentence(failure.text()));
        }
        failures = Map.copyOf(next);
        Map<String, String> nextRemarks = new HashMap<>();
        for (Applied.Remark remark : message.remarks()) {
            nextRemarks.put(remark.destination(), ForeignText.sentence(remark.text()));
        }
        remarks = Map.copyOf(nextRemarks);
        for (Iterator<Waiter> each = waiters.iterator(); each.hasNext(); ) {
            Waiter waiter = each.next();
            if (waiter.revision() <= line.applied) {
                each.remove();
                waiter.done().complete(true);
            }
        }
    }

    void listeners(Listeners message) {
        Map<String, DestinationStates.PortReport> next = new HashMap<>();
        for (Listeners.Port port : message.ports()) {
            next.put(
                    port.destination(),
                    new DestinationStates.PortReport(
                            Shown.of(port.state()), address(port), ForeignText.sentence(port.cause())));
        }
        ports = Map.copyOf(next);
    }

    private static @Nullable HostPort address(Listeners.Port port) {
        try {
            return port.address().isEmpty() ? null : new HostPort(port.address(), port.port());
        } catch (IllegalArgumentException e) {
            return null; // a client's word; without an address it does not count as listening
        }
    }

    DestinationStates.Report report(String destination) {
        return new DestinationStates.Report(
                id, requireNonNull(failures.getOrDefault(destination, "")), ports.get(destination));
    }

    /** {@return what the client says of a destination beside its state; empty: nothing} */
    String remark(String destination) {
        return requireNonNull(remarks.getOrDefault(destination, ""));
    }

    boolean hasApplied(long revision) {
        return current().applied >= revision;
    }

    /** {@return completes once a revision is in force at the client: true, or false when the client went before that} */
    CompletableFuture<Boolean> whenApplied(long revision) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        if (hasApplied(revision)) {
            done.complete(true);
        } else if (waiters.size() < MAX_WAITERS) {
            waiters.add(new Waiter(revision, done));
        }
        return done;
    }

    void stopWaiting(CompletableFuture<Boolean> done) {
        waiters.removeIf(waiter -> waiter.done() == done);
    }

    // ACL edits that are on their way to the registry

    boolean beginAclEdit(int most) {
        if (aclEdits == most) {
            return false;
        }
        aclEdits++;
        return true;
    }

    void endAclEdit() {
        aclEdits--;
    }

    // certificates that are being signed for it

    void beginSigning() {
        signings++;
    }

    void endSigning() {
        signings--;
    }

    int signings() {
        return signings;
    }

    // probes

    /** Asks the client to try a destination, or only to answer. */
    CompletableFuture<ProbeResult> probe(@Nullable String destination) {
        long request = ++lastProbe;
        CompletableFuture<ProbeResult> result = new CompletableFuture<>();
        probes.put(request, result);
        session().send(new Probe(request, destination));
        return result;
    }

    void probed(ProbeResult result) {
        CompletableFuture<ProbeResult> asked = probes.remove(result.request());
        if (asked != null) {
            asked.complete(result);
        }
    }

    void stopProbing(CompletableFuture<ProbeResult> asked) {
        probes.values().removeIf(other -> other == asked);
    }

    /** The client is gone: nobody waits for it any more. */
    void gone(String reason) {
        waiters.forEach(waiter -> waiter.done().complete(false));
        waiters.clear();
        probes.values().forEach(asked -> asked.completeExceptionally(new IllegalStateException(reason)));
        probes.clear();
        gone.complete(null);
    }

    /** {@return completes when the client is detached} */
    CompletableFuture<Void> whenGone() {
        return gone;
    }

    @Override
    public String toString() {
        return "client " + id;
    }
}
