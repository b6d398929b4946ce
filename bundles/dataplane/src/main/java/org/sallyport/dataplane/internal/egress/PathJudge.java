// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.api.Verdict;
import org.sallyport.dataplane.internal.context.ContextSide;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.OpenRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges the requests of one connection by the policy that is in force when each of them comes. What it denies is told to the
 * operator as a refusal. On the connection's loop.
 */
final class PathJudge implements ContextSide {
    private static final Logger LOG = LoggerFactory.getLogger(PathJudge.class);

    private final EgressAcceptor owner;
    private final OpenRequest request;
    private final HostPort resource;
    private final @Nullable InetAddress address;
    private @Nullable AccessPolicy asked;
    private boolean rules;

    /**
     * @param owner has the policy, and is told of refusals
     * @param request that opened the stream
     * @param resource that is reached
     * @param address of the resource; null where a proxy resolved its name
     */
    PathJudge(EgressAcceptor owner, OpenRequest request, HostPort resource, @Nullable InetAddress address) {
        this.owner = owner;
        this.request = request;
        this.resource = resource;
        this.address = address;
    }

    /** A policy for the dial of a protocol that judges requests: places of which only paths are allowed are dialled. */
    static AccessPolicy admitting(AccessPolicy policy) {
        return new AccessPolicy() {
            @Override
            public Verdict check(String host, int port, @Nullable InetAddress address) {
                return admitted(policy.check(host, port, address));
            }

            @Override
            public Verdict checkUnresolved(String host, int port) {
                return admitted(policy.checkUnresolved(host, port));
            }
        };
    }

    private static Verdict admitted(Verdict verdict) {
        return verdict instanceof Verdict.Denied denied && denied.byPath()
                ? new Verdict.Allowed("requests are judged one by one")
                : verdict;
    }

    @Override
    public boolean pathRules() {
        AccessPolicy now = owner.config().access();
        if (now != asked) {
            asked = now;
            rules = !wholly(now);
        }
        return rules;
    }

    private boolean wholly(AccessPolicy policy) {
        String host = resource.host();
        int port = resource.port();
        try {
            return (address == null ? policy.checkUnresolved(host, port) : policy.check(host, port, address)).allowed();
        } catch (RuntimeException e) {
            return failed(e).allowed();
        }
    }

    @Override
    public boolean pathAllowed(String path) {
        Verdict verdict = verdict(path);
        if (verdict instanceof Verdict.Denied denied) {
            owner.refused(request, Access.answer(denied));
        }
        return verdict.allowed();
    }

    private Verdict verdict(String path) {
        try {
            return owner.config().access().checkPath(resource.host(), resource.port(), address, path);
        } catch (RuntimeException e) {
            return failed(e);
        }
    }

    private Verdict failed(RuntimeException failure) {
        LOG.error("{}: the access policy failed, so nothing of it is allowed", resource, failure);
        return new Verdict.Denied(Verdict.Source.POLICY, "the access policy failed at the end that dials");
    }
}
