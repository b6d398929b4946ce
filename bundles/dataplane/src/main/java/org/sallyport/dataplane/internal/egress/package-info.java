// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Where resources are dialled: {@link org.sallyport.dataplane.internal.egress.EgressAcceptor} holds an open until this end
 * knows the configuration that it relies on, {@link org.sallyport.dataplane.internal.egress.EgressConnection} takes it
 * through policy, name and dial, and {@link org.sallyport.dataplane.internal.egress.HappyEyeballs} races the addresses.
 */
@NullMarked
package org.sallyport.dataplane.internal.egress;

import org.jspecify.annotations.NullMarked;
