// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * TLS of the two legs. {@code LegKeys} brings keys and trust from whoever keeps them, {@code IngressTls} and
 * {@code EgressTls} make contexts of them for one destination each, {@code Handshake} is one connection's.
 */
@NullMarked
package org.sallyport.dataplane.internal.tls;

import org.jspecify.annotations.NullMarked;
