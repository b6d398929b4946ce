// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Event loops and sockets: which of the platform's ways of input and output is used is known here and nowhere else.
 */
@NullMarked
package org.sallyport.dataplane.internal.io;

import org.jspecify.annotations.NullMarked;
