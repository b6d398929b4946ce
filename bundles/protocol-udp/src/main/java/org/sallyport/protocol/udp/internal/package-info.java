// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Carries UDP datagrams as they are.
 */
@NullMarked
package org.sallyport.protocol.udp.internal;

import org.jspecify.annotations.NullMarked;
