// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ContractOutputTest {
    private final ByteArrayOutputStream contract = new ByteArrayOutputStream();
    private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
    private final AtomicInteger ready = new AtomicInteger();
    private final PrintStream out =
            new PrintStream(new ContractOutput(contract, rest, ready::incrementAndGet), true, UTF_8);

    @Test
    void lines_of_the_contract_pass_and_everything_else_goes_elsewhere() {
        out.println("hello");
        out.print("ready: ");
        out.println("client");
        out.println("already: no");
        out.println("attached: gateway=büro_local client=x");

        assertThat(contract.toString(UTF_8)).isEqualTo("ready: client\nattached: gateway=büro_local client=x\n");
        assertThat(rest.toString(UTF_8)).isEqualTo("hello\nalready: no\n");
        assertThat(ready).hasValue(1);
    }

    @Test
    void a_line_without_an_end_is_not_kept_for_ever() {
        out.print("ready: " + "x".repeat(200_000));

        assertThat(contract.size()).isZero();
        assertThat(rest.size()).isGreaterThan(100_000);
    }
}
