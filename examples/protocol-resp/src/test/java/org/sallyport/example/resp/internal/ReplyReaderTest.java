// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyReaderTest {
    private final ReplyReader reader = new ReplyReader();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+OK\r\n",
                "-ERR no\r\n",
                ":-17\r\n",
                "$0\r\n\r\n",
                "$7\r\na\r\n+b\r\n\r\n",
                "$-1\r\n",
                "*-1\r\n",
                "*0\r\n",
                "*2\r\n$1\r\na\r\n*2\r\n:1\r\n*0\r\n",
                "*1\r\n*1\r\n*1\r\n*1\r\n+deep\r\n",
                "_\r\n",
                "#t\r\n",
                ",1.5e3\r\n",
                "(12345678901234567890123\r\n",
                "=6\r\ntxt:ab\r\n",
                "!3\r\nERR\r\n",
                "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n",
                "~2\r\n+a\r\n+b\r\n",
                "%0\r\n",
                "|1\r\n+ttl\r\n:5\r\n$1\r\na\r\n",
                "*2\r\n|1\r\n+x\r\n:1\r\n+a\r\n+b\r\n"
            })
    void eachReplyEndsWhereItDoesWhereverBuffersEnd(String reply) throws RespFault {
        assertThat(replies(reply + reply + reply)).isEqualTo(3);
        for (int i = 1; i <= reply.length(); i++) {
            boolean last = i == reply.length();
            assertThat(reader.read(buffer(reply.substring(i - 1, i))))
                    .as("byte %s", i)
                    .isEqualTo(last);
            assertThat(reader.isPartial()).isEqualTo(!last);
        }
    }

    @Test
    void whatIsPushedIsNoReply() throws RespFault {
        assertThat(replies(">2\r\n+invalidate\r\n*1\r\n+k\r\n")).isZero();
        assertThat(replies("+OK\r\n>1\r\n+news\r\n+OK\r\n")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\n",
                "+OK\n",
                "+OK\r+",
                "$2\r\nabc\r\n",
                "$-2\r\n",
                "$?\r\n",
                "$99999999999\r\n",
                "*1\r\n>1\r\n+a\r\n",
                "*1\r\n\r\n"
            })
    void whatIsNoReplyIsNotGuessed(String text) {
        assertThatThrownBy(() -> replies(text)).isInstanceOf(RespFault.class);
    }

    @Test
    void nestingCostsNoMemoryAndCountsDoNotRunOver() {
        String level = "*2147483647\r\n";
        assertThatThrownBy(() -> replies(level.repeat(1000)))
                .isInstanceOf(RespFault.class)
                .hasMessage("too many values in a reply");
    }

    private int replies(String text) throws RespFault {
        ByteBuf in = buffer(text);
        int replies = 0;
        while (in.isReadable()) {
            replies += reader.read(in) ? 1 : 0;
        }
        return replies;
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.wrappedBuffer(RespSpeech.bytes(text));
    }
}
