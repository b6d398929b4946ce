// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * What authors of protocols, transports and balancing policies implement. A stream is a Netty channel; everything that
 * every protocol needs (listening, limits, relaying, closing) stays with the data plane.
 */
@Export
@NullMarked
@Version("1.0.0")
package org.sallyport.spi;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
