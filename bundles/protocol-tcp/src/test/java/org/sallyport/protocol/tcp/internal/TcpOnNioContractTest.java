// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.tcp.internal;

/** The same where there is no native library. */
class TcpOnNioContractTest extends TcpContractTest {
    @Override
    protected String io() {
        return "nio";
    }
}
