// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/** The one service that lives as long as the domain itself: the event hub. */
@NullMarked
package org.sallyport.api.internal;

import org.jspecify.annotations.NullMarked;
