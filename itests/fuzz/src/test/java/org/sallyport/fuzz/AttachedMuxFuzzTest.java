// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** A hostile client whose attach was accepted: streams are taken, answered, used and ended as the fuzzer likes. */
class AttachedMuxFuzzTest {
    @FuzzTest(maxDuration = Effort.DURATION)
    void aServersEndKeepsToTheRulesAfterTheAttach(FuzzedDataProvider data) {
        try (FuzzedEnd end = FuzzedEnd.server(data, true)) {
            end.run();
        }
    }
}
