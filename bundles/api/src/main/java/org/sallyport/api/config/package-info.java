// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * What an operator sets. {@link org.sallyport.api.config.ServerSettings},
 * {@link org.sallyport.api.config.ClientSettings} and {@link org.sallyport.api.config.LimitSettings} hold keys, defaults and
 * checks in one place, used by the launcher before anything starts, by the roles at run time, and by the test that compares
 * them with the files under {@code etc/}. Limits are kept in many places, which ask the service
 * {@link org.sallyport.api.config.Limits} for them.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.api.config;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
