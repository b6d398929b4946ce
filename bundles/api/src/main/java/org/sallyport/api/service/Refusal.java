// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

/**
 * A request that cannot be done as asked. The message is for the person who asked: what was given, what was expected,
 * what to do.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why, for callers that answer with a status. */
    public enum Reason {
        /** No such object. */
        NOT_FOUND,
        /** A value is wrong. */
        INVALID,
        /** It clashes with what exists. */
        CONFLICT,
        /** Something that is needed is away; later may work. */
        UNAVAILABLE,
        /** The caller may not do it. */
        FORBIDDEN
    }

    private final Reason reason;

    private Refusal(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public static Refusal notFound(String message) {
        return new Refusal(Reason.NOT_FOUND, message);
    }

    public static Refusal invalid(String message) {
        return new Refusal(Reason.INVALID, message);
    }

    public static Refusal conflict(String message) {
        return new Refusal(Reason.CONFLICT, message);
    }

    public static Refusal unavailable(String message) {
        return new Refusal(Reason.UNAVAILABLE, message);
    }

    public static Refusal forbidden(String message) {
        return new Refusal(Reason.FORBIDDEN, message);
    }

    /** {@return why} */
    public Reason reason() {
        return reason;
    }
}
