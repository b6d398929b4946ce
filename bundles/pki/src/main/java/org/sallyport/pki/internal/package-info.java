// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * The certificate authorities of this server, what they issue, and the security tokens of gateways.
 */
@NullMarked
package org.sallyport.pki.internal;

import org.jspecify.annotations.NullMarked;
