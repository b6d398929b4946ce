// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/** Something that was registered, and ends when it is closed. */
@FunctionalInterface
public interface Registration extends AutoCloseable {
    /** Ends it; a second call does nothing. When this returns, no callback of the registration begins any more. */
    @Override
    void close();
}
