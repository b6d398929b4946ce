// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/** The distribution and a stock Karaf, changed while traffic flows. Few classes: each starts processes. */
@NullMarked
package org.sallyport.container;

import org.jspecify.annotations.NullMarked;
