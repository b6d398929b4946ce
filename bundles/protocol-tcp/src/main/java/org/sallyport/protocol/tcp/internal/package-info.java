// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Carries TCP connections as they are: bytes, both half-closes and resets.
 */
@NullMarked
package org.sallyport.protocol.tcp.internal;

import org.jspecify.annotations.NullMarked;
