// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages that one end sends on the control stream. Bytes may come in chunks of any size. Messages of types
 * that this version does not know are skipped.
 *
 * <p>One for one direction of one tunnel, on its event loop. After a violation it must not be used again. It holds a
 * buffer while a message is incomplete: {@link #close} releases it.
 */
public final class ControlDecoder implements AutoCloseable {

    private final MessageFraming framing;

    /** For messages of at most so many bytes: one of the limits in {@link org.sallyport.wire.TunnelProtocol}. */
    public ControlDecoder(int limit) {
        this.framing = new MessageFraming(limit);
    }

    /**
     * The next message.
     *
     * @param in consumed up to the end of the message that is returned, or wholly; not released
     * @return null when the bytes are used up
     */
    public @Nullable ControlMessage next(ByteBuf in) throws ControlViolation {
        while (in.isReadable()) {
            try {
                @Nullable Fields fields = framing.next(in);
                @Nullable MessageType<?> type = fields == null ? null : MessageTypes.of(fields.text(MessageType.KEY));
                if (fields != null && type != null) {
                    ControlMessage message = fields.as(type.name()).checked(type.reader());
                    framing.release();
                    return message;
                }
                if (fields != null) {
                    framing.release();
                }
            } catch (ControlViolation violation) {
                framing.release();
                throw violation;
            }
        }
        return null;
    }

    /** Releases what it holds. */
    @Override
    public void close() {
        framing.release();
    }
}
