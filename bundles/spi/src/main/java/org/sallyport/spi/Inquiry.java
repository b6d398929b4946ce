// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a resource is asked by an operator's test, to see whether it speaks its protocol. What is asked goes to the resource as
 * it is, in TLS where that protects the resource, and must change nothing there. How much may be heard, and for how long, is
 * bounded by the data plane. One for each connection; of its event loop only.
 */
@ConsumerType
public interface Inquiry {
    /** {@return what its step of the test is called, a word} */
    String name();

    /** {@return the question, for the caller to release} */
    ByteBuf question();

    /**
     * The resource spoke. To be called again with what is left as long as something is consumed.
     *
     * @param in all that was not consumed yet
     * @return what came of it; null: more has to be heard
     */
    @Nullable
    Finding heard(ByteBuf in);

    /** {@return what it means that the resource ended the connection instead of going on} */
    Finding ended();

    /**
     * What came of an inquiry.
     *
     * @param passed whether the resource speaks the protocol
     * @param text what was seen, and what to do where it does not; as in a {@link ProbeStep}
     */
    record Finding(boolean passed, String text) {}
}
