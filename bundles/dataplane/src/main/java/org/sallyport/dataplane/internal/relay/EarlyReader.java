// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import io.netty.buffer.ByteBuf;

/** Takes what an application sends before its stream is answered. On the socket's event loop. */
public interface EarlyReader {
    /**
     * Bytes came.
     *
     * @param data is the reader's to release
     */
    void read(ByteBuf data);

    /** A burst of reads is over; whether there is another one is the reader's to say. */
    void readComplete();

    /** The application sends no more. */
    void inputEnded();
}
