// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Datagrams on streams, for flows at the ingress and at the egress: how they are framed, and what is dropped when there is no
 * room for them.
 */
@NullMarked
package org.sallyport.dataplane.internal.datagram;

import org.jspecify.annotations.NullMarked;
