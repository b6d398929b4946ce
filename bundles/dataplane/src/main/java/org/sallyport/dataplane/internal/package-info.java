// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Listens, dials and relays, the same at both ends of a tunnel: it knows destinations and ways to open a stream, and no
 * role.
 */
@NullMarked
package org.sallyport.dataplane.internal;

import org.jspecify.annotations.NullMarked;
