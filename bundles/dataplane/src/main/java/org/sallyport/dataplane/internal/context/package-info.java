// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * What ingress and egress stand in: the services that they share, and what a protocol's stage is told of its connection.
 */
@NullMarked
package org.sallyport.dataplane.internal.context;

import org.jspecify.annotations.NullMarked;
