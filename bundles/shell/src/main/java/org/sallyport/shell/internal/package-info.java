// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * The commands, and the local door through which the launcher brings them in from outside.
 */
@NullMarked
package org.sallyport.shell.internal;

import org.jspecify.annotations.NullMarked;
