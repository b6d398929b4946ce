// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

/**
 * What became of the stream, fired as a user event through the application's pipeline from its head, after everything that
 * was read from the stream before was written. On the connection's event loop.
 *
 * <p>A stage that does not let the event go on has dealt with it. Otherwise it reaches the data plane's last handler, which
 * carries it to the application. A stage that closes a connection fires {@link #RESOURCE_ENDED} onwards itself: the
 * application's output is then shut down as if the resource had ended, whether there is a stream or not.
 */
public enum StageEvent {
    /** The resource has ended its direction in order; unhandled: so is the application's output, after what was written. */
    RESOURCE_ENDED,
    /** The stream was reset or its tunnel was lost; unhandled: the application's socket is reset after what was written. */
    RESOURCE_BROKEN
}
