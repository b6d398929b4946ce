// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * What tests of several bundles share: contract tests that every implementation extends, a clock that is told the time,
 * certificates made on the spot, and a proxy that delays, cuts and garbles.
 */
@NullMarked
package org.sallyport.testkit;

import org.jspecify.annotations.NullMarked;
