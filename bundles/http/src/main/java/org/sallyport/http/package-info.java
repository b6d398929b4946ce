// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * HTTP/1.1 and 1.0 (RFC 9110, RFC 9112) as a gateway speaks it, for the protocols that carry it: a library, no component.
 *
 * <p>{@link org.sallyport.http.HttpCarrying} is what a protocol extends. At the ingress end requests are parsed,
 * refused when they are not beyond doubt, and rewritten for the resource; answers are followed, so that each ends where the
 * application believes that it ends. At the egress end requests are followed only when rules for paths apply. Bodies stream:
 * nothing is kept but heads that are not complete yet, within {@link org.sallyport.http.HttpLimits}.
 *
 * <p>Threads: a stage's handlers live on the event loop of their channel, and nothing is shared among connections.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.http;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
