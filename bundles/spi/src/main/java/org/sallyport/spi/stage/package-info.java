// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * What stages of protocols with a language of their own have in common, to build them from: holding back what must not pass yet
 * ({@link org.sallyport.spi.stage.ReadGate}), and ending a connection so that its last word arrives
 * ({@link org.sallyport.spi.stage.Parting}). A protocol that passes bytes as they are needs neither.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.spi.stage;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
