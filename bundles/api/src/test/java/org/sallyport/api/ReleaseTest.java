// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ReleaseTest {
    @Test
    void theBuildFillsInTheVersion() {
        assertThat(Release.version()).matches("[0-9]+\\.[0-9]+\\.[0-9]+.*");
    }
}
