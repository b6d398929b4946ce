// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.frame;

import static java.util.Objects.requireNonNull;

/**
 * The peer sent what a correct peer does not send. It has no stack trace: it tells of the peer, not of our code, and a
 * hostile peer can provoke any number of them.
 */
public abstract sealed class FrameViolation extends Exception {

    private static final long serialVersionUID = 1L;

    private FrameViolation(String message) {
        super(message, null, false, false);
    }

    /** The whole connection has to end: GO_AWAY with the code, then close. */
    public static OfConnection connection(GoAwayCode code, String message) {
        return new OfConnection(code, message);
    }

    /** One stream has to end: RST. The others go on. */
    public static OfStream stream(int streamId, StreamErrorCode code, String message) {
        return new OfStream(streamId, code, message);
    }

    /** A fault after which nothing that the peer sends can be trusted. */
    public static final class OfConnection extends FrameViolation {

        private static final long serialVersionUID = 1L;

        private final GoAwayCode code;

        private OfConnection(GoAwayCode code, String message) {
            super(message);
            this.code = requireNonNull(code, "code");
        }

        /** What GO_AWAY says. */
        public GoAwayCode code() {
            return code;
        }
    }

    /** A fault of one stream. */
    public static final class OfStream extends FrameViolation {

        private static final long serialVersionUID = 1L;

        private final int streamId;
        private final StreamErrorCode code;

        private OfStream(int streamId, StreamErrorCode code, String message) {
            super(message);
            this.streamId = streamId;
            this.code = requireNonNull(code, "code");
        }

        /** The stream (unsigned). */
        public int streamId() {
            return streamId;
        }

        /** The reason, for the log. */
        public StreamErrorCode code() {
            return code;
        }
    }
}
