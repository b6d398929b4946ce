// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

/** The part of CBOR (RFC 8949) that the protocol uses. */
final class Cbor {

    static final int UNSIGNED = 0;
    static final int NEGATIVE = 1;
    static final int BYTES = 2;
    static final int TEXT = 3;
    static final int LIST = 4;
    static final int MAP = 5;
    static final int SIMPLE = 7;

    static final int FALSE = 20;
    static final int TRUE = 21;
    static final int NULL = 22;

    /** A message is depth 1, a list or map in it depth 2. */
    static final int MAX_DEPTH = 8;

    /** Most keys of one map: keeps the search for duplicates short. */
    static final int MAX_KEYS = 256;

    private Cbor() {}

    static String name(int major) {
        return switch (major) {
            case UNSIGNED, NEGATIVE -> "a number";
            case BYTES -> "bytes";
            case TEXT -> "text";
            case LIST -> "a list";
            case MAP -> "a map";
            default -> "a simple value";
        };
    }
}
