// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

/** One of the two TLS connections of a destination; they are independent of each other. */
public enum Leg {
    /** Between the application and the end where it connects, which is the TLS server. */
    INGRESS,
    /** Between the end that dials and the resource; the dialling end is the TLS client. */
    EGRESS
}
