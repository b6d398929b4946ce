// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;

/** Who is told of opens that were refused here. */
@FunctionalInterface
interface Refusals {
    void refused(OpenRequest request, OpenReply reply);
}
