// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "512k,524288", "3M,3145728", "1g,1073741824", "1025,1025"})
    void whatIsWrittenIsReadInLargeAndSmallLetters(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(bytes);
        assertThat(ByteSize.parse(ByteSize.text(bytes))).isEqualTo(bytes);
        assertThat(ByteSize.text(bytes)).isEqualToIgnoringCase(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "k", "-1", "1.5m", "10mb", "1t", "+1", "99999999999999999g", "1000000000000000000"})
    void whatIsNoSizeIsRefused(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }
}
