// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/** Resources that do one thing each, and applications that talk to them: plain blocking sockets with time limits. */
@NullMarked
package org.sallyport.testkit.resource;

import org.jspecify.annotations.NullMarked;
