// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/** Who may edit a gateway's ACL. */
public enum AclEdit {
    /** Operators of the server and of attached clients. */
    BOTH,
    /** Operators of the server only. */
    SERVER
}
