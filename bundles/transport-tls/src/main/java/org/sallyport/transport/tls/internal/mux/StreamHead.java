// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.OpenReply;
import org.sallyport.wire.control.ControlViolation;
import org.sallyport.wire.control.Open;
import org.sallyport.wire.control.Opened;
import org.sallyport.wire.control.StreamMessages;

/** What stands before the payload of a stream: OPEN one way, OPENED the other, or nothing. */
abstract sealed class StreamHead {
    /** The stream carries payload from its first byte. */
    static StreamHead none() {
        return new None();
    }

    /** This end asks. */
    static StreamHead asking(Open open) {
        return new Asking(open);
    }

    /** This end is asked. */
    static StreamHead asked() {
        return new Asked();
    }

    /** {@return whether the next bytes of the peer belong to a message} */
    abstract boolean isAwaited();

    /** Reads on; true when the message is complete. */
    abstract boolean read(ByteBuf data) throws ControlViolation;

    abstract void close();

    /** {@return OPENED as bytes} */
    ByteBuf answer(OpenReply reply, ByteBufAllocator allocator) {
        throw new IllegalStateException("a reply on a stream that was opened here");
    }

    /** A stream without messages. */
    static final class None extends StreamHead {
        @Override
        boolean isAwaited() {
            return false;
        }

        @Override
        boolean read(ByteBuf data) {
            return false;
        }

        @Override
        void close() {
            // holds nothing
        }
    }

    /** The opener's end. */
    static final class Asking extends StreamHead {
        private final Open open;
        private final StreamMessages.Reader<Opened> reader = StreamMessages.openedReader();
        private @Nullable Opened opened;

        private Asking(Open open) {
            this.open = open;
        }

        /** {@return OPEN as bytes} */
        ByteBuf request(ByteBufAllocator allocator) throws ControlViolation {
            ByteBuf out = allocator.directBuffer();
            try {
                StreamMessages.write(open, out);
                return out;
            } catch (ControlViolation | RuntimeException tooLong) {
                out.release();
                throw tooLong;
            }
        }

        @Override
        boolean isAwaited() {
            return opened == null;
        }

        @Override
        boolean read(ByteBuf data) throws ControlViolation {
            opened = reader.next(data);
            return opened != null;
        }

        @Nullable
        Opened opened() {
            return opened;
        }

        @Override
        void close() {
            reader.close();
        }
    }

    /** The end that was asked. */
    static final class Asked extends StreamHead {
        private final StreamMessages.Reader<Open> reader = StreamMessages.openReader();
        private @Nullable Open open;

        @Override
        boolean isAwaited() {
            return open == null;
        }

        @Override
        boolean read(ByteBuf data) throws ControlViolation {
            open = reader.next(data);
            return open != null;
        }

        @Nullable
        Open open() {
            return open;
        }

        @Override
        ByteBuf answer(OpenReply reply, ByteBufAllocator allocator) {
            ByteBuf out = allocator.directBuffer();
            try {
                StreamMessages.write(new Opened(reply.code().number(), reply.text()), out);
                return out;
            } catch (ControlViolation tooLong) {
                out.release();
                throw new IllegalArgumentException(tooLong.getMessage(), tooLong);
            }
        }

        @Override
        void close() {
            reader.close();
        }
    }
}
