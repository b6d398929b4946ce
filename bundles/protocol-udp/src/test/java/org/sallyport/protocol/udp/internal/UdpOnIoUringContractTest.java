// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.udp.internal;

/** The same on io_uring, where the kernel lets it be used. */
class UdpOnIoUringContractTest extends UdpContractTest {
    @Override
    protected String io() {
        return "io_uring";
    }
}
