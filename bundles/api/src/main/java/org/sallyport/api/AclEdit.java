// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.util.Locale;

/** Who may edit a gateway's ACL. */
public enum AclEdit {
    /** Operators of the server and of attached clients. */
    BOTH,
    /** Operators of the server only. */
    SERVER;

    /** {@return the word that commands and views use} */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
