// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * The header of the PROXY protocol, versions 1 and 2 (proxy-protocol.txt of HAProxy, 2.1 and 2.2): the bytes before a
 * connection's own that tell where it comes from. {@code SourceHeaders} are read and written without channels;
 * {@code HeaderReader} is one connection's handler.
 */
@NullMarked
package org.sallyport.dataplane.internal.header;

import org.jspecify.annotations.NullMarked;
