// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

/** Takes the streams that the other end opens. */
@FunctionalInterface
public interface StreamAcceptor {
    /**
     * A stream was opened; called on the tunnel's event loop.
     *
     * @param stream the stream, registered, auto-read off, with an empty pipeline; the acceptor sets the pipeline up and
     *     replies, now or later
     * @param request what is wanted
     */
    void accept(StreamChannel stream, OpenRequest request);
}
