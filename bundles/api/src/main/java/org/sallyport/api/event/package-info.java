// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * What happened, as one stream that logs, meters, audit and consoles read: publish to
 * {@link org.sallyport.api.event.EventHub}, subscribe there; {@link org.sallyport.api.event.Event} lists all that there is.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.api.event;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
