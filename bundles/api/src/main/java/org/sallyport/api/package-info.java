// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * The domain of the gateway in plain Java: what a gateway, a destination, a client and an access control list are, and
 * the states that they can be in.
 *
 * <p>Start with {@link org.sallyport.api.Gateway} and {@link org.sallyport.api.Destination}. Everything here is an
 * immutable value, safe for every thread; construction validates and says what was given and what was expected. The
 * sub-packages add what acts on these values: {@code registry} (where they are kept), {@code pki} (keys and tokens),
 * {@code balance} (choice of a client), {@code event} (what happened), {@code service} (what shell and REST call),
 * {@code config} (what an operator sets), {@code door} (the launcher's way into a running container) and {@code health}.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.api;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
