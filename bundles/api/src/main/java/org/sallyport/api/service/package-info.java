// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * What shell, REST and consoles call, and the records that they show. No caller has rules of its own: every check is behind
 * these interfaces. The records' component names are the field names of the JSON form.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.api.service;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
