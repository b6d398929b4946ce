// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.udp.internal;

/** The same where there is no native library. */
class UdpOnNioContractTest extends UdpContractTest {
    @Override
    protected String io() {
        return "nio";
    }

    @Override
    protected boolean carriesEmpty() {
        return false;
    }
}
