// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.config;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The limits in force; one service for everybody who keeps one. Who begins something asks anew, so that what begins after a
 * change keeps the new limits, and what runs lives on under those that it began with. Safe for every thread, and cheap.
 */
@ProviderType
@FunctionalInterface
public interface Limits {
    /** {@return what holds now} */
    LimitSettings now();
}
