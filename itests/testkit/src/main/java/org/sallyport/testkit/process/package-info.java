// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * The product as its users run it: {@link org.sallyport.testkit.process.Distribution} unpacks the archive,
 * {@link org.sallyport.testkit.process.Instance} is a server or a client started from it,
 * {@link org.sallyport.testkit.process.Program} any process. Every wait has a deadline, and what was started is ended.
 */
@NullMarked
package org.sallyport.testkit.process;

import org.jspecify.annotations.NullMarked;
