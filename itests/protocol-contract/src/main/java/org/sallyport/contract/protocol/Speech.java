// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import java.io.IOException;
import java.io.InputStream;

/** How applications and resources speak a protocol's language: all that {@link LanguageContract} has to know of it. */
public interface Speech {
    /**
     * A question as an application puts it.
     *
     * @param size how many bytes it carries, about
     * @return all of it
     */
    byte[] question(int size);

    /**
     * Reads one question at the resource, to its last byte and not further.
     *
     * @param in from the gateway; may have what the protocol changed or added
     * @return how many bytes it carries, as was asked of {@link #question}
     * @throws IOException if it ends before
     */
    int readQuestion(InputStream in) throws IOException;

    /** {@return an answer as a resource gives it, all of it, which carries so many bytes, about} */
    byte[] answer(int size);

    /** As {@link #readQuestion}, at the application, for {@link #answer}. */
    int readAnswer(InputStream in) throws IOException;

    /**
     * Tells the gateway's own answer from others.
     *
     * @param said everything that an application got
     * @return whether it is told, in its language, that the resource was not reached
     */
    boolean isNotReached(String said);
}
