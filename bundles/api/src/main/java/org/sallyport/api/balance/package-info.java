// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * How new connections are distributed over the clients of a gateway: {@link org.sallyport.api.balance.BalancerPolicy}, an
 * extension point. Policies are pure choices from an immutable list.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.api.balance;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
