// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Client to server: an edit of the gateway's ACL made at the client; answered by {@link AclResult}.
 *
 * @param request a number of the sender's choice that the answer repeats
 * @param operation what is done with the rules
 * @param rules the rules
 */
public record AclChange(long request, Operation operation, List<AclEntry> rules) implements ControlMessage {

    static final MessageType<AclChange> TYPE =
            new MessageType<>("acl", AclChange.class, AclChange::read, AclChange::write);

    public AclChange {
        Check.atLeast(0, request, "request");
        requireNonNull(operation, "operation");
        rules = List.copyOf(rules);
    }

    /** What an edit does. */
    public enum Operation {
        /** Adds the rules that are not there. */
        ADD("add"),
        /** Removes the rules that are there. */
        REMOVE("remove"),
        /** Puts the rules in place of all. */
        REPLACE("replace"),
        /** A word that this version does not know; to be refused. Never sent. */
        UNKNOWN("");

        private final String word;

        Operation(String word) {
            this.word = word;
        }

        private static Operation of(String word) {
            for (Operation operation : values()) {
                if (operation.word.equals(word)) {
                    return operation;
                }
            }
            return UNKNOWN;
        }

        private String word() {
            if (this == UNKNOWN) {
                throw new IllegalArgumentException("operation UNKNOWN; expected one that has a word");
            }
            return word;
        }
    }

    private static AclChange read(Fields fields) throws ControlViolation {
        return new AclChange(
                fields.number("request"), Operation.of(fields.text("operation")), fields.list("rules", AclEntry::read));
    }

    private void write(MapWriter map) {
        map.number("request", request).text("operation", operation.word()).list("rules", rules, AclEntry::write);
    }
}
