// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.container;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.sallyport.testkit.resource.Resource;

/** A resource that speaks RESP, as far as GET and SET go, and remembers which commands it was given. */
final class RespStore implements AutoCloseable {
    private final Map<String, String> values = new ConcurrentHashMap<>();
    private final Set<String> commands = ConcurrentHashMap.newKeySet();
    private final Resource resource = Resource.of(this::serve);

    /** {@return where it is, as HOST:PORT} */
    String address() {
        return resource.address().toString();
    }

    /** {@return the names of all commands that reached it} */
    Set<String> commands() {
        return Set.copyOf(commands);
    }

    private void serve(Socket socket) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        for (int first = in.read(); first >= 0; first = in.read()) {
            List<String> words = new ArrayList<>();
            int count = Integer.parseInt(line(in));
            for (int i = 0; i < count; i++) {
                int length = Integer.parseInt(line(in).substring(1));
                words.add(new String(in.readNBytes(length), StandardCharsets.US_ASCII));
                in.skipNBytes(2);
            }
            socket.getOutputStream().write(answer(words).getBytes(StandardCharsets.US_ASCII));
        }
    }

    private String answer(List<String> words) {
        commands.add(words.get(0));
        return switch (words.get(0)) {
            case "SET" -> {
                values.put(words.get(1), words.get(2));
                yield "+OK\r\n";
            }
            case "GET" -> {
                String value = values.getOrDefault(words.get(1), "");
                yield "$" + value.length() + "\r\n" + value + "\r\n";
            }
            default -> "-ERR unknown command\r\n";
        };
    }

    /** {@return a line without its end} */
    static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the end came after '" + line + "'");
            }
            line.append((char) next);
        }
        in.skipNBytes(1);
        return line.toString();
    }

    @Override
    public void close() {
        resource.close();
    }
}
