// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sallyport.api.HostPort;

final class AddressTurnsTest {
    private static final HostPort A = new HostPort("a", 1);
    private static final HostPort B = new HostPort("b", 2);
    private static final HostPort C = new HostPort("c", 3);

    @Test
    void addressesAreTriedInTurnAndARoundEndsAfterTheLast() {
        AddressTurns turns = AddressTurns.of(List.of(A, B));

        assertThat(turns.current()).isEqualTo(A);
        assertThat(turns.advance()).isFalse();
        assertThat(turns.current()).isEqualTo(B);
        assertThat(turns.advance()).isTrue();
        assertThat(turns.current()).isEqualTo(A);
    }

    @Test
    void whatWorkedIsTriedFirstThenWhatTheServerAnnouncesThenTheTokens() {
        AddressTurns turns = AddressTurns.of(List.of(A, B));
        turns.advance();

        turns.reached(List.of(C, A));

        assertThat(turns.current()).isEqualTo(B);
        assertThat(turns.advance()).isFalse();
        assertThat(turns.current()).isEqualTo(C);
        assertThat(turns.advance()).isFalse();
        assertThat(turns.current()).isEqualTo(A);
        assertThat(turns.advance()).isTrue();
    }

    @Test
    void theOperatorsAddressIsNotChangedByWhatTheServerAnnounces() {
        AddressTurns turns = AddressTurns.only(A);

        turns.reached(List.of(B, C));

        assertThat(turns.advance()).isTrue();
        assertThat(turns.current()).isEqualTo(A);
    }

    @Test
    void aTokenWithoutAnAddressIsRefused() {
        assertThatThrownBy(() -> AddressTurns.of(List.of())).hasMessageContaining("no server address");
    }
}
