// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All control messages. */
final class MessageTypes {

    private static final List<MessageType<?>> ALL = List.of(
            Attach.TYPE,
            Attached.TYPE,
            Refused.TYPE,
            Config.TYPE,
            Applied.TYPE,
            Listeners.TYPE,
            AclChange.TYPE,
            AclResult.TYPE,
            Csr.TYPE,
            Sign.TYPE,
            Certificates.TYPE,
            LogLine.TYPE,
            Drain.TYPE,
            Detach.TYPE,
            Renew.TYPE,
            Terminate.TYPE,
            Probe.TYPE,
            ProbeResult.TYPE);

    private static final Map<String, MessageType<?>> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(MessageType::name, Function.identity()));

    private static final Map<Class<?>, MessageType<?>> BY_CLASS =
            ALL.stream().collect(Collectors.toUnmodifiableMap(MessageType::message, Function.identity()));

    /** Null for a message of a later version. */
    static @Nullable MessageType<?> of(String name) {
        return BY_NAME.get(name);
    }

    static MessageType<?> of(ControlMessage message) {
        @Nullable MessageType<?> type = BY_CLASS.get(message.getClass());
        if (type == null) {
            throw new AssertionError("no type of " + message.getClass());
        }
        return type;
    }

    private MessageTypes() {}
}
