// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whoever shook hands and was not attached yet: nothing exists for it but the control stream. */
class StrangerMuxFuzzTest {
    @FuzzTest(maxDuration = Effort.DURATION)
    void aServersEndKeepsToTheRulesBeforeTheAttach(FuzzedDataProvider data) {
        try (FuzzedEnd end = FuzzedEnd.server(data, false)) {
            end.run();
        }
    }
}
