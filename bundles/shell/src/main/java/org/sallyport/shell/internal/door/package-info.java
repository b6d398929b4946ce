// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * The container's side of the local door; {@code org.sallyport.api.door} has the frames. {@link
 * org.sallyport.shell.internal.door.DoorListener} accepts callers and checks who they are, a {@link
 * org.sallyport.shell.internal.door.DoorConnection} carries frames, and one {@link
 * org.sallyport.shell.internal.door.DoorMode} serves each: run, shell or health.
 *
 * <p>Threads: one accepts, and each caller has two of its own. One serves it, the other reads what it sends and interrupts
 * the first when the caller goes away. Nothing here runs on anybody else's thread.
 */
@NullMarked
package org.sallyport.shell.internal.door;

import org.jspecify.annotations.NullMarked;
