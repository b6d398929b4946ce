// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

/** One command. Verbs hold no state; they run on the caller's thread and may wait, bounded, for services. */
public interface Verb {
    /** {@return what it is called and what it takes} */
    Syntax syntax();

    /**
     * Does it.
     *
     * @param call what was given, and what it needs
     * @throws org.sallyport.api.service.Refusal when it cannot be done as asked
     * @throws IllegalArgumentException when a value is wrong; the message is for the person who gave it
     * @throws Failed when it was done and what came out is a failure, or when nobody answers
     */
    void run(Call call);
}
