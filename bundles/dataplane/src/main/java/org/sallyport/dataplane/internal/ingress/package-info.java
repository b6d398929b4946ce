// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Where applications connect: {@link org.sallyport.dataplane.internal.ingress.Listener} holds the port,
 * {@link org.sallyport.dataplane.internal.ingress.IngressConnection} finds a client that reaches the resource, with
 * {@link org.sallyport.dataplane.internal.ingress.TunnelChoice} choosing among them.
 */
@NullMarked
package org.sallyport.dataplane.internal.ingress;

import org.jspecify.annotations.NullMarked;
