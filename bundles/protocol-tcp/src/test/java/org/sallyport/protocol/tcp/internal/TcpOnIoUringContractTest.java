// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.tcp.internal;

/** The same on io_uring, where the kernel lets it be used. */
class TcpOnIoUringContractTest extends TcpContractTest {
    @Override
    protected String io() {
        return "io_uring";
    }
}
