// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandReaderTest {
    private final CommandReader reader = new CommandReader(4, 1000);

    @Test
    void commandsAreFoundInArraysAndInLines() throws RespFault {
        assertThat(read("*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nset\r\n$1\r\nk\r\n$0\r\n\r\nget k\r\nPING\nDEL\tk\r\n"))
                .containsExactly("PING.", "SET", ".", "GET.", "PING.", "DEL.");
        assertThat(reader.isPartial()).isFalse();
    }

    @Test
    void itDoesNotMatterWhereBuffersEnd() throws RespFault {
        String all = "*3\r\n$3\r\nSET\r\n$3\r\na\r\n\r\n$10\r\n0123456789\r\nGET k\r\n\r\nPING\r\n";
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < all.length(); i++) {
            seen.addAll(read(all.substring(i, i + 1)));
        }
        assertThat(seen).containsExactly("SET", ".", "GET.", "nothing", "PING.");
    }

    @Test
    void theHeadIsKeptAsItCame() throws RespFault {
        read("*2\r\n$6\r\nApp");
        assertThat(reader.isInHead()).isTrue();
        assertThat(read("end\r\n$2\r")).containsExactly("APPEND");
        assertThat(reader.isInHead()).isFalse();
        assertThat(reader.isPartial()).isTrue();
        ByteBuf head = Unpooled.buffer(reader.headLength());
        reader.writeHead(head);
        assertThat(head.toString(java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("*2\r\n$6\r\nAppend\r\n");
    }

    @Test
    void aNameOfOtherLettersIsNotTakenForOneOfOurs() throws RespFault {
        // in capital letters a sharp s is SS
        assertThat(read("*1\r\n$3\r\nPA\u00DF\r\n\"GET\" k\r\n")).doesNotContain("PASS.", "GET.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*0\r\n",
                "*-1\r\n",
                "*5\r\n",
                "*01\r\n",
                "*+1\r\n",
                "*1\n",
                "* 1\r\n",
                "*\r\n",
                "*1\r\r",
                "*99999999999999999999\r\n",
                "*1\r\n:4\r\n",
                "*1\r\n*1\r\n",
                "*1\r\n$0\r\n\r\n",
                "*1\r\n$-1\r\n",
                "*1\r\n$65\r\n",
                "*1\r\n$4\r\nPINGxx",
                "*2\r\n$3\r\nGET\r\n$1001\r\n",
                "*2\r\n$3\r\nGET\r\n$-1\r\n",
                "*2\r\n$3\r\nGET\r\n$1\r\nkk\r",
                "*2\r\n$3\r\nGET\r\nk\r\n",
                " PING\r\n"
            })
    void whatIsNoCommandIsNotGuessed(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(RespFault.class);
    }

    @Test
    void aLineHasABound() throws RespFault {
        assertThat(read("GET " + "k".repeat(CommandReader.LINE - 6) + "\r\n")).containsExactly("GET.");
        read("GET " + "k".repeat(1000));
        assertThatThrownBy(() -> read("k".repeat(CommandReader.LINE)))
                .isInstanceOf(RespFault.class)
                .hasMessageContaining("4096 bytes");
    }

    @Test
    void messagesSayWhatWasExpectedAndGiven() {
        assertThatThrownBy(() -> read("*5\r\n")).hasMessage("expected 1 to 4 arguments, given 5");
        assertThatThrownBy(() -> new CommandReader(4, 1000).read(buffer("*1\r\n\u00071\r\n")))
                .hasMessage("expected '$', given byte 7");
    }

    /** {@return names as they are found, with a point where a command ends} */
    private List<String> read(String text) throws RespFault {
        ByteBuf in = buffer(text);
        List<String> seen = new ArrayList<>();
        while (in.isReadable()) {
            switch (reader.read(in)) {
                case NAMED -> seen.add(reader.name() + (reader.isPartial() ? "" : "."));
                case ENDED -> seen.add(".");
                case NOTHING -> seen.add("nothing");
                case MORE -> assertThat(in.isReadable()).isFalse();
            }
        }
        return seen;
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.wrappedBuffer(RespSpeech.bytes(text));
    }
}
