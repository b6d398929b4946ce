// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * The contract tests of protocols: extend {@link org.sallyport.contract.protocol.ProtocolContract} if the protocol passes bytes as
 * they are, {@link org.sallyport.contract.protocol.LanguageContract} if it knows its applications' language; return the protocol,
 * done. They run two data planes in one process with tunnels between them, both directions, on one event loop and across two;
 * {@link org.sallyport.contract.protocol.TwoEnds} is there for a protocol's own tests, too.
 */
@NullMarked
package org.sallyport.contract.protocol;

import org.jspecify.annotations.NullMarked;
