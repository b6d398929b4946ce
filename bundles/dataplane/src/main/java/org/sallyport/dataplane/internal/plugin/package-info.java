// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Protocols and balancer policies come and go: one registry for each, which knows what is there, who uses it, and waits for
 * the users before it lets a service go.
 */
@NullMarked
package org.sallyport.dataplane.internal.plugin;

import org.jspecify.annotations.NullMarked;
