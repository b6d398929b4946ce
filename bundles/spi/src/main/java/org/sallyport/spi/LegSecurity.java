// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

/** What protects the application's leg. */
public enum LegSecurity {
    /** Nothing. */
    NONE,
    /** TLS with the ingress end's certificate. */
    TLS,
    /** TLS, and the application presents a certificate too. */
    MUTUAL
}
