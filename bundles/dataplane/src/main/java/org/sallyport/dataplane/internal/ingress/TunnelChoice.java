// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.balance.Balancer;
import org.sallyport.api.balance.BalancerPolicy;
import org.sallyport.api.balance.Candidate;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.plugin.PluginRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the tunnel for a connection of one destination: what the balancer policy says, among those that are usable, were
 * not tried for this connection, and did not fail {@value #FAILURES} times in a row just now. When all have failed, all are
 * tried. Safe for every thread.
 */
final class TunnelChoice {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelChoice.class);
    static final int FAILURES = 3;
    static final long PASSED_OVER_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final AttachedTunnels tunnels;
    private final PluginRegistry<BalancerPolicy> policies;
    private final LongSupplier nanos;
    private final Map<AttachedTunnel, Failing> failing = new ConcurrentHashMap<>();
    private volatile @Nullable Bound bound;

    /** The name of the policy, also while there is none of it. */
    private volatile String wanted = "";

    /** The policy whose failure was told last: each is told of once, not at every connection. */
    private volatile @Nullable Plugin<BalancerPolicy> blamed;

    /** A policy, and what it made for this destination. */
    private record Bound(Plugin<BalancerPolicy> policy, Balancer balancer) {}

    /** A policy, which anybody may have written, did not choose. */
    static final class PolicyFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PolicyFailure(String message) {
            super(message);
        }

        PolicyFailure(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** How often a tunnel failed in a row, and when it may be tried again. */
    private record Failing(int times, long until) {}

    /**
     * @param tunnels of the gateway
     * @param policies that are installed
     * @param nanos the clock
     */
    TunnelChoice(AttachedTunnels tunnels, PluginRegistry<BalancerPolicy> policies, LongSupplier nanos) {
        this.tunnels = tunnels;
        this.policies = policies;
        this.nanos = nanos;
    }

    /**
     * Takes the policy of this name as it is installed now; a policy that stays keeps its counters.
     *
     * @param name of the policy
     * @return whether it is installed
     */
    boolean bind(String name) {
        wanted = name;
        Plugin<BalancerPolicy> policy = policies.best(name);
        Bound now = bound;
        if (policy != null && now != null && now.policy() == policy) {
            return true;
        }
        if (policy == null || !policy.enter()) {
            bound = null;
            return false;
        }
        try {
            bound = new Bound(policy, policy.service().balancer());
            return true;
        } catch (RuntimeException | LinkageError e) {
            blame(policy, e);
            bound = null;
            return false;
        } finally {
            policy.leave();
        }
    }

    /**
     * Chooses.
     *
     * @param source of the connection
     * @param tried tunnels that were tried for it
     * @return the choice, null when there is none
     * @throws PolicyFailure when the policy fails, or is needed and not there
     */
    @Nullable
    AttachedTunnel choose(InetAddress source, Collection<AttachedTunnel> tried) {
        List<AttachedTunnel> usable = usable(tried);
        if (usable.size() <= 1) {
            return usable.isEmpty() ? null : usable.get(0);
        }
        Bound now = bound;
        if (now == null || !now.policy().enter()) {
            throw new PolicyFailure("balancer policy " + wanted + " is not installed");
        }
        try {
            int chosen = now.balancer().choose(candidates(usable), source);
            if (chosen < 0 || chosen >= usable.size()) {
                throw new IllegalStateException("balancer policy "
                        + now.policy().name() + " chose " + chosen + ": expected 0 to " + (usable.size() - 1));
            }
            return usable.get(chosen);
        } catch (RuntimeException | LinkageError e) {
            blame(now.policy(), e);
            throw new PolicyFailure("balancer policy " + now.policy().name() + " failed", e);
        } finally {
            now.policy().leave();
        }
    }

    /** What a client carries is on all its tunnels: on one that drains while another continues it as well. */
    private List<Candidate> candidates(List<AttachedTunnel> usable) {
        List<AttachedTunnel> all = tunnels.all();
        List<Candidate> candidates = new ArrayList<>(usable.size());
        int at = 0; // both are in the order of clients
        for (AttachedTunnel tunnel : usable) {
            int streams = 0;
            while (at < all.size() && all.get(at).client().compareTo(tunnel.client()) <= 0) {
                AttachedTunnel each = all.get(at++);
                if (each.client().equals(tunnel.client())) {
                    streams += each.tunnel().stats().openStreams();
                }
            }
            candidates.add(new Candidate(tunnel.client(), streams));
        }
        return List.copyOf(candidates);
    }

    private void blame(Plugin<BalancerPolicy> policy, Throwable failure) {
        if (blamed != policy) {
            blamed = policy;
            LOG.error(
                    "balancer policy {}: failed, so connections are refused; it is not told again",
                    policy.name(),
                    failure);
        }
    }

    private List<AttachedTunnel> usable(Collection<AttachedTunnel> tried) {
        List<AttachedTunnel> good = new ArrayList<>();
        List<AttachedTunnel> passedOver = new ArrayList<>();
        AttachedTunnel before = null;
        for (AttachedTunnel tunnel : tunnels.all()) {
            boolean sameClient = before != null && before.client().equals(tunnel.client());
            if (sameClient || !tunnel.tunnel().usable()) {
                continue;
            }
            before = tunnel;
            if (!tried.contains(tunnel)) {
                (isPassedOver(tunnel) ? passedOver : good).add(tunnel);
            }
        }
        return good.isEmpty() ? passedOver : good;
    }

    private boolean isPassedOver(AttachedTunnel tunnel) {
        Failing record = failing.get(tunnel);
        return record != null && record.times() >= FAILURES && nanos.getAsLong() - record.until() < 0;
    }

    /** It reached the resource. */
    void reached(AttachedTunnel tunnel) {
        if (!failing.isEmpty()) {
            failing.remove(tunnel);
        }
    }

    /** It did not reach the resource. */
    void failed(AttachedTunnel tunnel) {
        if (tunnels.all().contains(tunnel)) {
            long until = nanos.getAsLong() + PASSED_OVER_NANOS;
            failing.merge(tunnel, new Failing(1, until), (old, one) -> new Failing(old.times() + 1, until));
        }
    }

    /** It is gone. */
    void forget(AttachedTunnel tunnel) {
        failing.remove(tunnel);
    }

    /** {@return whether there is a tunnel on which a stream could be opened, tried or not} */
    boolean anyUsable() {
        return tunnels.anyUsable();
    }
}
