// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import io.netty.buffer.ByteBuf;

/** Writes control messages. Equal messages are equal bytes. */
public final class ControlEncoder {

    private final int limit;

    /** For messages of at most so many bytes: one of the limits in {@link org.sallyport.wire.TunnelProtocol}. */
    public ControlEncoder(int limit) {
        this.limit = limit;
    }

    /**
     * Appends a message with its length.
     *
     * @throws ControlViolation when it is longer than the limit; nothing is appended then
     */
    public void write(ControlMessage message, ByteBuf out) throws ControlViolation {
        MessageType<?> type = MessageTypes.of(message);
        MessageFraming.write(out, limit, message, type::write);
    }
}
