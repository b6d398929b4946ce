// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * The local door: how {@code bin/sallyport run}, {@code shell} and {@code health} get into a running container. The launcher
 * knocks, the shell bundle opens; both speak through the classes of this package.
 *
 * <p>The container listens on an ephemeral loopback port and announces it in {@link org.sallyport.api.door.DoorFile}
 * {@code DIR/run/door}. DIR comes in the system property {@link org.sallyport.api.door.DoorFile#BASE}, without which there is
 * no door. Every {@link org.sallyport.api.door.DoorFrame} is a length (4 bytes, big endian, counting what follows), a type
 * (1 byte) and a payload:
 *
 * <table>
 * <caption>Frames</caption>
 * <tr><th>Type</th><th>From</th><th>Payload</th></tr>
 * <tr><td>0 hello</td><td>caller, first and once</td><td>{@link org.sallyport.api.door.DoorHello}</td></tr>
 * <tr><td>1 out</td><td>container</td><td>bytes for standard output</td></tr>
 * <tr><td>2 err</td><td>container</td><td>bytes for standard error</td></tr>
 * <tr><td>3 exit</td><td>container, last and once</td><td>the exit code, 1 byte; then it closes</td></tr>
 * <tr><td>4 in</td><td>caller</td><td>bytes from standard input; empty: its end</td></tr>
 * <tr><td>5 size</td><td>caller</td><td>columns and rows, 2 bytes each: the window was resized</td></tr>
 * <tr><td>6 ask</td><td>container</td><td>empty: a command reads standard input, so send it</td></tr>
 * </table>
 *
 * <p>In mode {@code shell} the caller's terminal is raw: input is sent as it is typed (Ctrl-C is its byte), and output is
 * shown as it comes, so lines end with CR LF. In the other modes input is sent only after an ask, so that a command in a
 * script does not swallow the script; when the commands themselves came from standard input, the answer to an ask is its
 * end. A caller that closes its connection interrupts what runs. A connection with another secret, or whose hello takes
 * longer than a second, is closed without a word.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.api.door;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
