// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Carries HTTP/1.1 from applications that speak it in the clear.
 */
@NullMarked
package org.sallyport.protocol.http.internal;

import org.jspecify.annotations.NullMarked;
