// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * The commands, and the local door through which the launcher brings them in from outside.
 *
 * <p>A command is one {@link org.sallyport.shell.internal.verb.Verb}: it says what it takes, calls one service and shows
 * the answer. {@link org.sallyport.shell.internal.VerbCommand} makes a Karaf command of it and
 * {@link org.sallyport.shell.internal.CommandRegistration} registers all of them, always: services of roles come and go
 * ({@link org.sallyport.shell.internal.RoleServices}), and a command whose role is not there says which feature to install.
 * Karaf's own annotated actions are not used because they accept options only before the first argument, and because they
 * disappear with the services that they refer to.
 *
 * <p>{@code verb} holds the commands, {@code door} the local door (its frames are in {@code org.sallyport.api.door}), and
 * {@link org.sallyport.shell.internal.ContractLines} prints the lines on standard output that scripts wait for. Door and
 * lines exist only in a container that our launcher started.
 */
@NullMarked
package org.sallyport.shell.internal;

import org.jspecify.annotations.NullMarked;
