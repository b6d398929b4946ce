// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/** TLS that ends where applications connect: the bytes in it are carried, both half-closes and resets included. */
@NullMarked
package org.sallyport.protocol.tls.internal;

import org.jspecify.annotations.NullMarked;
