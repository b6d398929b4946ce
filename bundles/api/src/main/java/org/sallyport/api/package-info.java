// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * What Sallyport is about, in types: gateways, destinations, clients, rules, their states and events, and the services
 * through which the other bundles meet. Knows neither Netty nor the framework.
 */
@Export
@NullMarked
@Version("1.0.0")
package org.sallyport.api;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
