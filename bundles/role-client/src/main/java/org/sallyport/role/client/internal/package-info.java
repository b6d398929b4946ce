// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Makes a container a client: keeps tunnels up and applies the configuration that comes through them.
 */
@NullMarked
package org.sallyport.role.client.internal;

import org.jspecify.annotations.NullMarked;
