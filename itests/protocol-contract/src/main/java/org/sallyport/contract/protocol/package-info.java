// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * The contract test of protocols: extend {@link org.sallyport.contract.protocol.ProtocolContract}, return the protocol, done.
 * It runs two data planes in one process with tunnels between them, both directions, on one event loop and across two.
 */
@NullMarked
package org.sallyport.contract.protocol;

import org.jspecify.annotations.NullMarked;
