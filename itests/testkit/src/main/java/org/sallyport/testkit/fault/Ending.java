// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.fault;

/** How TCP ends what is sent in one direction, or all of it. */
public enum Ending {
    /** No more comes; the other direction goes on. */
    FIN,
    /** The connection is gone. */
    RESET
}
