// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ScriptTest {
    @Test
    void semicolonsAndLineEndsSeparate() {
        assertThat(Script.commands("a 1; b 2\nc\r\n;;\n d ")).containsExactly("a 1", "b 2", "c", "d");
        assertThat(Script.commands("")).isEmpty();
        assertThat(Script.commands(" \n ; \n")).isEmpty();
    }

    @Test
    void notWithinQuotesBracketsOrAfterABackslash() {
        assertThat(Script.commands("a ';' b; c \";\n\" d; e \\; f; g { h; i }; j [1;2]; $(k;l)"))
                .containsExactly("a ';' b", "c \";\n\" d", "e \\; f", "g { h; i }", "j [1;2]", "$(k;l)");
        assertThat(Script.commands("a 'it\\'; b \"x\\\"y;\"")).containsExactly("a 'it\\'", "b \"x\\\"y;\"");
    }

    @Test
    void commentsBeginWhereWordsDo() {
        assertThat(Script.commands("# first; of all\na # and; more\nb#1 'x # y'"))
                .containsExactly("a", "b#1 'x # y'");
    }

    @Test
    void whatIsLeftOpenIsRefused() {
        assertThatThrownBy(() -> Script.commands("a; b 'c; d")).hasMessage("'b 'c; d' ends too early: expected '");
        assertThatThrownBy(() -> Script.commands("a { b")).hasMessageEndingWith("expected }");
    }

    @Test
    void coloursAreTakenOutWhereverTheWritesAreCut() throws IOException {
        byte[] coloured = "\u001b[1mbold\u001b[0;31m and red\u001b[m ü]".getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut <= coloured.length; cut++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (PlainOutput plain = new PlainOutput(out)) {
                plain.write(coloured, 0, cut);
                plain.write(coloured, cut, coloured.length - cut);
            }
            assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("bold and red ü]");
        }
    }
}
