// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

/** The two directions: at which end applications connect. */
enum Way {
    /** The application is at the server, the resource at the client. */
    ON_PREMISES,
    /** The application is at the client, the resource at the server. */
    CLOUD
}
