// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

/**
 * What the egress end answers to an open.
 *
 * @param code whether the resource is reached
 * @param text a sentence for the operator, empty with {@link OpenCode#OK}; at most 512 characters
 */
public record OpenReply(OpenCode code, String text) {
    /** The resource is reached. */
    public static final OpenReply OK = new OpenReply(OpenCode.OK, "");

    private static final int MAX_TEXT = 512;

    public OpenReply {
        if (text.length() > MAX_TEXT) {
            text = text.substring(0, MAX_TEXT);
        }
    }

    /** {@return whether payload may flow} */
    public boolean accepted() {
        return code == OpenCode.OK;
    }
}
