// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The limits that somebody keeps for the whole process; one service for each who keeps some, no limit in two of them. */
@ProviderType
@FunctionalInterface
public interface LimitService {
    /** {@return what holds for whatever begins now, and how much of it is used; quick, never blocks} */
    List<LimitView> limits();
}
