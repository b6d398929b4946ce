// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * The tunnel protocol as bytes: frames and control messages, read and written. Knows no sockets and no threads.
 */
@Export
@NullMarked
@Version("1.0.0")
package org.sallyport.wire;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
