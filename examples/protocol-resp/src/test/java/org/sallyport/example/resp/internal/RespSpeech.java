// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.sallyport.contract.protocol.Speech;

/** ECHO and what is answered to it. */
final class RespSpeech implements Speech {
    @Override
    public byte[] question(int size) {
        return bytes("*2\r\n$4\r\nECHO\r\n$" + size + "\r\n" + "q".repeat(size) + "\r\n");
    }

    @Override
    public int readQuestion(InputStream in) throws IOException {
        expect(in, "*2\r\n$4\r\nECHO\r\n$");
        return bulk(in, 'q');
    }

    @Override
    public byte[] answer(int size) {
        return bytes("$" + size + "\r\n" + "a".repeat(size) + "\r\n");
    }

    @Override
    public int readAnswer(InputStream in) throws IOException {
        expect(in, "$");
        return bulk(in, 'a');
    }

    @Override
    public boolean isNotReached(String said) {
        return said.equals("-ERR the gateway did not reach the resource\r\n");
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void expect(InputStream in, String text) throws IOException {
        String read = new String(in.readNBytes(text.length()), StandardCharsets.ISO_8859_1);
        if (!read.equals(text)) {
            throw new IOException("expected '" + text + "', read '" + read + "'");
        }
    }

    private static int bulk(InputStream in, char what) throws IOException {
        int length = 0;
        for (int digit = in.read(); digit != '\r'; digit = in.read()) {
            if (digit < 0) {
                throw new EOFException("the end came within a length");
            }
            length = 10 * length + (digit - '0');
        }
        expect(in, "\n");
        byte[] octets = in.readNBytes(length);
        for (byte octet : octets) {
            if (octet != what) {
                throw new IOException("a wrong byte: " + octet);
            }
        }
        if (octets.length < length) {
            throw new EOFException("the end came after " + octets.length + " of " + length + " bytes");
        }
        expect(in, "\r\n");
        return length;
    }
}
