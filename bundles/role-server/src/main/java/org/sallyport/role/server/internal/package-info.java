// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Makes a container a gateway server: decides who may attach, and gives clients their configuration.
 */
@NullMarked
package org.sallyport.role.server.internal;

import org.jspecify.annotations.NullMarked;
