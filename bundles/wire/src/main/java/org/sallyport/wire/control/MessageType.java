// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import java.util.function.BiConsumer;

/** A control message's name on the wire and how it is read and written. */
record MessageType<M extends ControlMessage>(
        String name, Class<M> message, Fields.Builder<M> reader, BiConsumer<M, MapWriter> writer) {

    /** The key that every control message has. */
    static final String KEY = "type";

    void write(ControlMessage written, MapWriter map) {
        map.text(KEY, name);
        writer.accept(message.cast(written), map);
    }
}
