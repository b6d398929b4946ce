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
 * <h2>The door</h2>
 *
 * <p>A running instance listens on an ephemeral port of the loopback interface and announces it in
 * {@code DIR/run/door}, a file with mode 0600 in a directory with mode 0700, written under another name and then
 * renamed, removed when the instance stops. It holds lines {@code key=value}:
 *
 * <pre>
 * port=40123
 * pid=4711
 * role=server
 * secret=64 hexadecimal digits, new at each start
 * </pre>
 *
 * <p>Every frame on the connection is a length (4 bytes, big endian, counting what follows, 1 to
 * 1,048,576), a type (1 byte) and a payload.
 *
 * <table>
 *   <caption>Frames</caption>
 *   <tr><th>Type</th><th>From</th><th>Payload</th></tr>
 *   <tr><td>0 hello</td><td>client, first and once</td><td>fields, each a length (4 bytes) and UTF-8 text, in this
 *       order: {@code sallyport-door/1}; the secret; the mode {@code run}, {@code shell} or {@code health}; the caller's
 *       working directory, absolute; columns; rows (decimal, 0: unknown); the terminal's type (may be empty); the
 *       command text (may be empty). Further fields are ignored</td></tr>
 *   <tr><td>1 out</td><td>instance</td><td>bytes for standard output</td></tr>
 *   <tr><td>2 err</td><td>instance</td><td>bytes for standard error</td></tr>
 *   <tr><td>3 exit</td><td>instance, last and once</td><td>exit code, 1 byte; then it closes</td></tr>
 *   <tr><td>4 in</td><td>client</td><td>bytes from standard input; empty: its end</td></tr>
 *   <tr><td>5 size</td><td>client</td><td>columns and rows, 2 bytes each: the window was resized</td></tr>
 *   <tr><td>6 ask</td><td>instance</td><td>empty: a command reads standard input, so send it</td></tr>
 * </table>
 *
 * <p>In mode {@code shell} the client's terminal is raw: input is sent as it is typed, at once, and output is shown as it
 * comes, so the instance ends lines with CR LF. In the other modes input is sent only after an ask, so that a command in a
 * script does not swallow the script; when the command text itself came from standard input, the answer to an ask is its
 * end. A connection with a wrong secret is closed without a word, one without a hello after a second as well. When the
 * client goes away, its command is interrupted.
 */
@NullMarked
package org.sallyport.launcher;

import org.jspecify.annotations.NullMarked;
