// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Tunnels over TLS and TCP: the multiplexer that gives every stream a channel of its own, its scheduler and its
 * liveness checks.
 */
@NullMarked
package org.sallyport.transport.tls.internal;

import org.jspecify.annotations.NullMarked;
