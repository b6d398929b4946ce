// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;

/** A talk with a proxy that has a script. Buffers are on the heap, so nothing is left behind. */
final class Talking {
    private Talking() {}

    static String text(ByteBuf words) {
        return words.toString(ISO_8859_1);
    }

    static String hex(ByteBuf words) {
        byte[] bytes = new byte[words.readableBytes()];
        words.readBytes(bytes);
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }

    static byte[] bytes(String hex) {
        return HexFormat.ofDelimiter(" ").parseHex(hex);
    }

    /** Has a talk hear something in one piece. {@return what it says to that, null for nothing} */
    static ByteBuf hear(ProxyTalk talk, byte[] words) throws ProxyException {
        return talk.heard(Unpooled.wrappedBuffer(words));
    }

    /** Has a talk hear something byte by byte. {@return what it says last, null for nothing} */
    static ByteBuf hearSlowly(ProxyTalk talk, byte[] words) throws ProxyException {
        ByteBuf heard = Unpooled.buffer();
        ByteBuf answer = null;
        for (byte each : words) {
            heard.writeByte(each);
            ByteBuf now = talk.heard(heard);
            answer = now == null ? answer : now;
        }
        return answer;
    }
}
