// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.sallyport.wire.TunnelProtocol;

/**
 * OPEN and OPENED: the one message at the head of each direction of a data stream. A reader is used for one message and
 * stops at its last byte, because payload follows.
 */
public final class StreamMessages {

    private StreamMessages() {}

    /** Appends OPEN with its length. */
    public static void write(Open open, ByteBuf out) throws ControlViolation {
        MessageFraming.write(out, TunnelProtocol.MAX_STREAM_MESSAGE, open, Open::write);
    }

    /** Appends OPENED with its length. */
    public static void write(Opened opened, ByteBuf out) throws ControlViolation {
        MessageFraming.write(out, TunnelProtocol.MAX_STREAM_MESSAGE, opened, Opened::write);
    }

    /** A reader of one OPEN. */
    public static Reader<Open> openReader() {
        return new Reader<>("OPEN", Open::read);
    }

    /** A reader of one OPENED. */
    public static Reader<Opened> openedReader() {
        return new Reader<>("OPENED", Opened::read);
    }

    /** Reads one message that may come in chunks of any size; holds a buffer in between, which {@link #close} releases. */
    public static final class Reader<M> implements AutoCloseable {

        private final MessageFraming framing = new MessageFraming(TunnelProtocol.MAX_STREAM_MESSAGE);
        private final String name;
        private final Fields.Builder<M> builder;

        private Reader(String name, Fields.Builder<M> builder) {
            this.name = name;
            this.builder = builder;
        }

        /**
         * Reads on.
         *
         * @param in consumed up to the end of the message, not beyond; not released
         * @return the message, or null when more bytes are needed
         */
        public @Nullable M next(ByteBuf in) throws ControlViolation {
            boolean complete = true;
            try {
                @Nullable Fields fields = framing.next(in);
                if (fields == null) {
                    complete = false;
                    return null;
                }
                return fields.as(name).checked(builder);
            } finally {
                if (complete) {
                    framing.release();
                }
            }
        }

        /** Releases what it holds. */
        @Override
        public void close() {
            framing.release();
        }
    }
}
