// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.context;

/** What only one end of a connection knows, or can do, for its stage; the other end keeps the answers given here. */
public interface ContextSide {
    /** Opens the stream. */
    default void open() {
        // where streams are accepted there is one
    }

    /** Lets go of the stream. */
    default void renew() {
        // where streams are accepted there is no other
    }

    /** {@return whether the source's word about who it speaks for counts} */
    default boolean trustedPeer() {
        return false;
    }

    /** {@return whether what may be dialled has changed since the stream was opened} */
    default boolean stale() {
        return false;
    }

    /** {@return whether each request must be asked for} */
    default boolean pathRules() {
        return false;
    }

    /** {@return whether a request is allowed; nothing is where nobody knows the rules} */
    default boolean pathAllowed(String path) {
        return false;
    }
}
