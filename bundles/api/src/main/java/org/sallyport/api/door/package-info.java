// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * The local door: how {@code bin/sallyport run}, {@code shell} and {@code health} get into a running container. The launcher
 * knocks, the shell bundle opens; both speak through the classes of this package.
 *
 * <p>The container listens on an ephemeral loopback port and writes {@link org.sallyport.api.door.DoorFile}
 * {@code DIR/run/door} (0600, replaced atomically, removed when the door closes); DIR/run comes in the system property
 * {@link org.sallyport.api.door.DoorFile#DIRECTORY}, without which there is no door. A caller connects and sends
 * {@link org.sallyport.api.door.DoorFrame}s, and the first of them is the {@link org.sallyport.api.door.DoorHello} that shows
 * the secret. What follows depends on its mode:
 *
 * <table>
 * <caption>Frames, in the order in which they come</caption>
 * <tr><th>mode</th><th>caller</th><th>container</th></tr>
 * <tr><td>run</td><td>the commands in {@code INPUT} frames, UTF-8, then {@code END}</td><td>{@code OUT}, {@code ERR},
 *     {@code EXIT}</td></tr>
 * <tr><td>shell</td><td>what is typed in {@code INPUT} frames, raw (Ctrl-C is its byte), {@code SIZE} when the window
 *     changes</td><td>{@code OUT}, {@code EXIT}</td></tr>
 * <tr><td>health</td><td>nothing</td><td>{@code OUT}, {@code EXIT}</td></tr>
 * </table>
 *
 * <p>A caller that closes its connection interrupts what runs. The container closes without a word when the first frame is
 * late, too long or shows another secret.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.api.door;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
