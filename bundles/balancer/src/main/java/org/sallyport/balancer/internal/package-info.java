// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Policies that choose the client for a new connection: pure choices from an immutable list.
 */
@NullMarked
package org.sallyport.balancer.internal;

import org.jspecify.annotations.NullMarked;
