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
    private final @Nullable InetAddress dialled;
    private @Nullable AccessPolicy asked;
    private boolean rules;

    /**
     * @param owner has the policy, and is told of refusals
     * @param request that opened the stream
     * @param resource that is reached
     * @param dialled its address; null when it is gone already, and then nothing is allowed
     */
    PathJudge(EgressAcceptor owner, OpenRequest request, HostPort resource, @Nullable InetAddress dialled) {
        this.owner = owner;
        this.request = request;
        this.resource = resource;
        this.dialled = dialled;
    }

    /** A policy for the dial of a protocol that judges requests: places of which only paths are allowed are dialled. */
    static AccessPolicy admitting(AccessPolicy policy) {
        return (host, port, address) ->
                policy.check(host, port, address) instanceof Verdict.Denied denied && !denied.byPath()
                        ? denied
                        : new Verdict.Allowed("requests are judged one by one");
    }

    @Override
    public boolean pathRules() {
        AccessPolicy now = owner.config().access();
        if (now != asked) {
            asked = now;
            rules = dialled == null || !wholly(now, dialled);
        }
        return rules;
    }

    private boolean wholly(AccessPolicy policy, InetAddress address) {
        try {
            return policy.check(resource.host(), resource.port(), address).allowed();
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
        if (dialled == null) {
            return new Verdict.Denied(Verdict.Source.POLICY, "the resource has gone");
        }
        try {
            return owner.config().access().checkPath(resource.host(), resource.port(), dialled, path);
        } catch (RuntimeException e) {
            return failed(e);
        }
    }

    private Verdict failed(RuntimeException failure) {
        LOG.error("{}: the access policy failed, so nothing of it is allowed", resource, failure);
        return new Verdict.Denied(Verdict.Source.POLICY, "the access policy failed at the end that dials");
    }
}
