// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import org.sallyport.spi.Protocol;

/** What each part of the contract is given. */
interface ContractTest {
    /** {@return two ends with the protocol installed, and no client attached yet} */
    TwoEnds ends();

    /** {@return the protocol as it is installed at all ends} */
    Protocol service();

    /** {@return the name of the protocol} */
    String protocolName();
}
