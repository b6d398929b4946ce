// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * What {@code bin/sallyport} starts. {@code server} and {@code client} boot Karaf in this very process
 * ({@link org.sallyport.launcher.RoleProcess}); {@code run}, {@code shell} and {@code health} are thin clients of a
 * running instance's door and load no Karaf at all. Start reading at {@link org.sallyport.launcher.Sallyport}.
 *
 * <h2>How launcher and bundles talk</h2>
 *
 * <p>The launcher cannot call a bundle nor a bundle the launcher, so they meet in system properties, in files and on
 * standard output.
 *
 * <table>
 *   <caption>System properties that the launcher sets</caption>
 *   <tr><th>Property</th><th>Meaning</th></tr>
 *   <tr><td>{@code sallyport.base}</td><td>the instance's directory DIR, absolute; absent in a container that somebody
 *       else started (a stock Karaf)</td></tr>
 *   <tr><td>{@code sallyport.state}</td><td>DIR/state, where whatever must not be lost is kept</td></tr>
 *   <tr><td>{@code sallyport.role}</td><td>{@code server} or {@code client}</td></tr>
 *   <tr><td>{@code sallyport.version}</td><td>the distribution's version</td></tr>
 *   <tr><td>{@code sallyport.home}</td><td>the unpacked distribution, possibly read-only</td></tr>
 *   <tr><td>{@code sallyport.set.PID:KEY}</td><td>a {@code --set}, checked; see {@code Settings} of the API</td></tr>
 *   <tr><td>{@code sallyport.launch.*}</td><td>options of {@code client}, checked; see {@code LaunchOptions} of the
 *       API. A token itself never stands in a property</td></tr>
 *   <tr><td>{@code karaf.etc}, {@code karaf.data}, {@code karaf.log}</td><td>DIR/etc, DIR/cache, DIR/log</td></tr>
 * </table>
 *
 * <p>A bundle that wants the process to end sets {@code sallyport.exit} to the exit code and calls
 * {@code System.exit(code)} from a thread that nobody's deactivation waits for; the launcher then stops the framework in
 * order, which drains the roles, and ends with that code. A first SIGTERM, SIGINT or SIGHUP does the same with code 0, a
 * second one ends the process at once.
 *
 * <p>{@code System.out} lets through only whole lines that begin with {@code ready:}, {@code attached:},
 * {@code detached:} or {@code refused:}, each flushed, in UTF-8; everything else that is printed there goes to standard
 * error. The first {@code ready:} line also tells the launcher that this start succeeded; until then DIR/cache counts as
 * broken and the next start empties it.
 *
 * <p>{@code run}, {@code shell} and {@code health} come in through the local door, whose file and frames are
 * {@link org.sallyport.api.door}'s; the shell bundle holds its other end. {@code DIR/run/lock} belongs to the launcher alone:
 * the kernel's lock on it says that the directory is in use, its text by whom.
 */
@NullMarked
package org.sallyport.launcher;

import org.jspecify.annotations.NullMarked;
