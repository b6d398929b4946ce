// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * The commands, one class a {@link org.sallyport.shell.internal.verb.Verb}, free of Karaf but for its tables. Each has a
 * {@link org.sallyport.shell.internal.verb.Syntax} (from which parsing, usage and completion follow) and runs on a
 * {@link org.sallyport.shell.internal.verb.Call}: what was given, the services, the console. No rule stands here: what may
 * be done is decided behind the services.
 */
@NullMarked
package org.sallyport.shell.internal.verb;

import org.jspecify.annotations.NullMarked;
