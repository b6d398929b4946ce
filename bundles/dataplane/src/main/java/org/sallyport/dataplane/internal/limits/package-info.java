// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Bounds that hold for the whole process or for a destination, as plain counters.
 */
@NullMarked
package org.sallyport.dataplane.internal.limits;

import org.jspecify.annotations.NullMarked;
