// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * Health that tells the truth: whoever knows something registers a {@link org.sallyport.api.health.HealthCheck}.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.api.health;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
