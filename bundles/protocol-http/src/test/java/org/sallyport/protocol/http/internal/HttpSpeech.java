// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.http.internal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.sallyport.contract.protocol.Speech;

/** Posts and what is answered to them. */
final class HttpSpeech implements Speech {
    private static final String LENGTH = "Content-Length: ";

    @Override
    public byte[] question(int size) {
        return message("POST /a HTTP/1.1\r\nHost: app.example", 'q', size);
    }

    @Override
    public int readQuestion(InputStream in) throws IOException {
        return read(in, "POST /a HTTP/1.1\r\n", 'q');
    }

    @Override
    public byte[] answer(int size) {
        return message("HTTP/1.1 200 OK", 'a', size);
    }

    @Override
    public int readAnswer(InputStream in) throws IOException {
        return read(in, "HTTP/1.1 200 OK\r\n", 'a');
    }

    @Override
    public boolean isNotReached(String said) {
        return said.startsWith("HTTP/1.1 502 ") && said.contains("\r\nConnection: close\r\n");
    }

    private static byte[] message(String head, char what, int size) {
        String text = head + "\r\n" + LENGTH + size + "\r\n\r\n"
                + String.valueOf(what).repeat(size);
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static int read(InputStream in, String start, char what) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the end came after '" + head + "'");
            }
            head.append((char) next);
        }
        if (!head.toString().startsWith(start)) {
            throw new IOException("expected '" + start + "', read '" + head + "'");
        }
        int length = head.indexOf(LENGTH) + LENGTH.length();
        int size = Integer.parseInt(head.substring(length, head.indexOf("\r\n", length)));
        byte[] body = in.readNBytes(size);
        for (byte octet : body) {
            if (octet != what) {
                throw new IOException("a wrong byte: " + octet);
            }
        }
        if (body.length < size) {
            throw new EOFException("the end came after " + body.length + " of " + size + " bytes");
        }
        return size;
    }
}
