// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

/**
 * Server to client: the answer to {@link AclChange}. A change that is done is also pushed, as {@link Config}.
 *
 * @param request that of the edit
 * @param done whether the ACL is now as wished
 * @param text one sentence when it is not
 */
public record AclResult(long request, boolean done, String text) implements ControlMessage {

    static final MessageType<AclResult> TYPE =
            new MessageType<>("acl-result", AclResult.class, AclResult::read, AclResult::write);

    public AclResult {
        Check.atLeast(0, request, "request");
        requireNonNull(text, "text");
    }

    private static AclResult read(Fields fields) throws ControlViolation {
        return new AclResult(fields.number("request"), fields.flagOr("done", false), fields.textOr("text", ""));
    }

    private void write(MapWriter map) {
        map.number("request", request).flagUnless(false, "done", done).textUnless("", "text", text);
    }
}
