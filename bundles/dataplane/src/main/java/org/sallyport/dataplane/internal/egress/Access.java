// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Verdict;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a policy says of places, as answers to an open. A policy that fails allows nothing.
 *
 * @param policy that is asked
 * @param destination for whose sake, for the log
 */
record Access(AccessPolicy policy, DestinationId destination) {
    private static final Logger LOG = LoggerFactory.getLogger(Access.class);

    /**
     * Addresses that may be dialled.
     *
     * @param denial why the last of the others may not; null when there are no others
     */
    record Allowed(List<InetSocketAddress> addresses, @Nullable OpenReply denial) {}

    /** {@return why a place may not be dialled, whatever its address; null when it may} */
    @Nullable
    OpenReply denial(HostPort place) {
        return denial(place, () -> policy.check(place.host(), place.port(), null));
    }

    /** {@return why a place may not be dialled that a proxy resolves; null when it may} */
    @Nullable
    OpenReply denialUnresolved(HostPort place) {
        return denial(place, () -> policy.checkUnresolved(place.host(), place.port()));
    }

    /** {@return those of a place's addresses that may be dialled} */
    Allowed allowed(HostPort place, List<InetAddress> addresses) {
        List<InetSocketAddress> allowed = new ArrayList<>(addresses.size());
        OpenReply last = null;
        for (InetAddress address : addresses) {
            OpenReply denial = denial(place, () -> policy.check(place.host(), place.port(), address));
            if (denial == null) {
                allowed.add(new InetSocketAddress(address, place.port()));
            } else {
                last = denial;
            }
        }
        return new Allowed(allowed, last);
    }

    private @Nullable OpenReply denial(HostPort place, Supplier<Verdict> question) {
        Verdict verdict;
        try {
            verdict = question.get();
        } catch (RuntimeException e) {
            LOG.error("destination {}: the access policy failed, so {} is not dialled", destination, place, e);
            return new OpenReply(OpenCode.DENIED, "the access policy failed at the end that dials");
        }
        return verdict instanceof Verdict.Denied denied ? answer(denied) : null;
    }

    /** {@return the answer to an open that is denied} */
    static OpenReply answer(Verdict.Denied denied) {
        OpenCode code = denied.source() == Verdict.Source.CEILING ? OpenCode.CEILING_DENIED : OpenCode.DENIED;
        return new OpenReply(code, denied.reason());
    }
}
