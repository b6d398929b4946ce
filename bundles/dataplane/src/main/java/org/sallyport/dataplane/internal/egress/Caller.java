// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import org.jspecify.annotations.Nullable;
import org.sallyport.dataplane.internal.header.Ends;
import org.sallyport.spi.OpenRequest;

/**
 * For whom a resource is dialled.
 *
 * @param alpn the protocol that the application speaks in TLS, which the resource is offered; empty: none
 * @param ends of the application's connection; null: there is none
 */
record Caller(String alpn, @Nullable Ends ends) {
    /** Nobody: it is only seen whether the resource answers. */
    static final Caller NOBODY = new Caller("", null);

    static Caller of(OpenRequest request) {
        return new Caller(request.facts().getOrDefault("alpn", ""), new Ends(request.source(), request.local()));
    }
}
