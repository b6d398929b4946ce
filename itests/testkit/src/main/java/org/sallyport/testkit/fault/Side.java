// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.fault;

/** The two ends between which a proxy stands. */
public enum Side {
    CLIENT,
    SERVER
}
