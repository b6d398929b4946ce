// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sallyport.testkit.process.Distribution;
import org.sallyport.testkit.process.Instance;
import org.sallyport.testkit.process.Ports;

/** The unpacked archive, one for all tests, and what tests do with it again and again. */
final class Product {
    /** The settings of the server, as {@code --set} names them. */
    static final String SERVER = "org.sallyport.server:";

    /** The settings of the client. */
    static final String CLIENT = "org.sallyport.client:";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final Distribution DISTRIBUTION = unpack();

    private Product() {}

    static Distribution distribution() {
        return DISTRIBUTION;
    }

    private static Distribution unpack() {
        try {
            return Distribution.unpack(Files.createTempDirectory("distribution"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a server with listen ports of its own that may dial loopback. */
    static Instance server(Path base, String... words) {
        int first = Ports.block(20);
        List<String> all = new ArrayList<>(Arrays.asList(words));
        if (all.stream().noneMatch(word -> word.startsWith(SERVER + "listen.ports="))) {
            all.addAll(List.of("--set", SERVER + "listen.ports=" + first + "-" + (first + 19)));
        }
        all.addAll(List.of("--set", SERVER + "egress.allow=127.0.0.1"));
        return DISTRIBUTION.server(base, all.toArray(String[]::new));
    }

    /** Starts a client with a token and waits until it is attached. */
    static Instance attached(Path base, Path token, String... words) {
        List<String> all = new ArrayList<>(List.of("--token-file", token.toString()));
        all.addAll(Arrays.asList(words));
        Instance client = DISTRIBUTION.client(base, all.toArray(String[]::new));
        client.program().awaitLine("attached: ");
        return client;
    }

    /** {@return the one document that a text is} */
    static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON document: " + text, e);
        }
    }

    /** {@return what a command shows with {@code -o json}} */
    static JsonNode json(Instance instance, String command) {
        return json(instance.run(command + " -o json"));
    }

    /** {@return names of the fields of an object, in order} */
    static List<String> fields(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** {@return the value of a key of a line of standard output} */
    static String value(String line, String key) {
        int at = line.indexOf(" " + key + "=");
        if (at < 0) {
            throw new AssertionError("'" + line + "' has no " + key);
        }
        return line.substring(at + key.length() + 2).replaceFirst(" .*", "");
    }
}
