// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import org.sallyport.wire.control.Open;

/** Decides for a connection what its mux can't: which streams are welcome, and what happens at its end. On its event loop. */
public interface MuxOwner {
    /** What to do with a stream that the peer opens. */
    enum Welcome {
        /** Answer with RST. */
        REFUSE,
        /** Hand it out at once, with no message at its head. */
        RAW,
        /** Read OPEN first, then hand it out. */
        REQUEST
    }

    /**
     * The peer opens a stream.
     *
     * @param streamId its ID, already checked
     * @return what to do
     */
    Welcome welcome(int streamId);

    /**
     * This end opens a stream.
     *
     * @param streamId its ID
     */
    void opens(int streamId);

    /**
     * A raw stream was opened by the peer.
     *
     * @param stream registered, auto-read off
     */
    void opened(MuxStreamChannel stream);

    /**
     * A stream was opened by the peer and said what it wants.
     *
     * @param stream registered, auto-read off
     * @param open what is wanted
     */
    void requested(MuxStreamChannel stream, Open open);

    /** The peer sent GO_AWAY: it opens no streams and refuses new ones. */
    void goneAway();

    /** A stream is over. */
    void ended(MuxStreamChannel stream);

    /**
     * The connection is closed and all streams are told, except those whose end came before: they are read on.
     *
     * @param reason why, for people
     */
    void closed(String reason);

    /** After {@link #closed}: nothing is left of the streams, either. */
    void over();
}
