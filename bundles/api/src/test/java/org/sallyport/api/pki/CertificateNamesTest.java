// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateNamesTest {
    @Test
    void namesAndAddressesAreKeptInOneFormAndOnce() {
        assertThat(CertificateNames.of("GW.Example.com.", "gw.example.com", "10.0.0.1", "[2001:DB8::1]", "localhost")
                        .names())
                .containsExactly("gw.example.com", "10.0.0.1", "2001:db8:0:0:0:0:0:1", "localhost");
    }

    @Test
    void aStarIsThereOnlyWhenItWasAskedFor() {
        assertThat(new CertificateNames(List.of("*.example.com"), true).names()).containsExactly("*.example.com");
        assertThatThrownBy(() -> CertificateNames.of("*.example.com"))
                .hasMessageContaining("issued only when that is asked for");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "999.1.1.1",
                "1.2.3",
                "12",
                "10.0.0.256",
                "fe80::1%eth0",
                "1::2::3",
                "*",
                "a.*.b",
                "x\n"
            })
    void whatNoCertificateCanHoldIsRefused(String name) {
        assertThatThrownBy(() -> CertificateNames.of("fine.example", name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected")
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*.com", "*.", "*.*.example.com", "*.10.0.0.1", "*.::1"})
    void aStarStandsForOneLabelOfADomain(String name) {
        assertThatThrownBy(() -> new CertificateNames(List.of(name), true))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theNumberOfNamesIsBounded() {
        assertThatThrownBy(CertificateNames::of).hasMessageContaining("expected 1 to 100");
        assertThatThrownBy(() -> new CertificateNames(Collections.nCopies(101, "a"), false))
                .hasMessageContaining("101 names");
    }
}
