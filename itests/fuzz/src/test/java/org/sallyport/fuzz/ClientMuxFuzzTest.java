// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** A hostile server: this end asks to be attached, and takes streams once it has read that it is. */
class ClientMuxFuzzTest {
    @FuzzTest(maxDuration = Effort.DURATION)
    void aClientsEndKeepsToTheRulesBeforeTheAttachAndAfterIt(FuzzedDataProvider data) {
        try (FuzzedEnd end = FuzzedEnd.client(data)) {
            end.run();
        }
    }
}
