// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * Programs that others wrote, unmodified, through the distribution: {@link org.sallyport.programs.Site} is a server and
 * a client with a gateway between them, one pair for all tests; {@link org.sallyport.programs.Tool} knows where programs
 * are and which Debian package has them; a {@link org.sallyport.programs.Daemon} is one that listens.
 *
 * <p>All of it is on loopback and on ports that are free, and what was started is ended. A program that is not installed
 * makes its tests visible skips. What was tested is listed in {@code docs/tested.md}.
 */
@NullMarked
package org.sallyport.programs;

import org.jspecify.annotations.NullMarked;
