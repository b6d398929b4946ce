// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Tunnels without a network, whose streams are real channels with credit, half-close and both ways to reset: so that whoever
 * uses tunnels can be tested without a transport.
 */
@NullMarked
package org.sallyport.testkit.tunnel;

import org.jspecify.annotations.NullMarked;
