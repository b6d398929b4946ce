// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import java.io.IOException;

/** A stream ended by a reset of the other end or with its tunnel. */
public final class StreamResetException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What ended it. */
    public enum Kind {
        /** The other end sent RST before OPENED: no byte reached the resource. */
        REFUSED,
        /** The other end sent RST after OPENED. */
        RESET,
        /** The tunnel was lost, and nothing but OPEN had been sent on the stream: no byte reached the resource. */
        TUNNEL_LOST_CLEAN,
        /** The tunnel was lost; bytes may have reached the resource. */
        TUNNEL_LOST,
        /** It was reset at this end. */
        LOCAL,
        /** It was reset at this end to make room at once: what it was given and has not passed on is to be dropped. */
        MEMORY
    }

    private final Kind kind;

    public StreamResetException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** {@return what ended it} */
    public Kind kind() {
        return kind;
    }

    /** {@return whether no byte of the stream can have reached the resource, so that another client may be tried} */
    public boolean retryable() {
        return kind == Kind.REFUSED || kind == Kind.TUNNEL_LOST_CLEAN;
    }

    /** Streams are reset often and the place where it was noticed tells nothing. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
