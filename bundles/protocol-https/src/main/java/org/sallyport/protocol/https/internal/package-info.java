// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Carries HTTP/1.1 from applications that speak TLS, with or without a certificate of their own.
 */
@NullMarked
package org.sallyport.protocol.https.internal;

import org.jspecify.annotations.NullMarked;
