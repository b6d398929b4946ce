// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Keeps gateways, destinations, access lists and client keys in one embedded store; what it acknowledged is on disk.
 */
@NullMarked
package org.sallyport.registry.internal;

import org.jspecify.annotations.NullMarked;
