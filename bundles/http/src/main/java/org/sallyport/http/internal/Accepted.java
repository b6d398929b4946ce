// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads an Accept field (RFC 9110, 12.5.1) as far as the choice between text and JSON goes; for errors only, not quick. */
final class Accepted {
    private Accepted() {}

    /** {@return whether JSON has the highest weight; among equals the first one counts} */
    static boolean prefersJson(byte[] octets, int from, int to) {
        String value = new String(octets, from, to - from, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        double best = 0;
        boolean json = false;
        for (String range : value.split(",", 64)) {
            String[] parts = range.split(";", 16);
            double weight = weight(parts);
            if (weight > best) {
                best = weight;
                String type = parts[0].strip();
                json = type.equals("application/json") || type.equals("application/problem+json");
            }
        }
        return json;
    }

    private static double weight(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("q=")) {
                return parameter.matches("q=[01](\\.[0-9]{0,3})?") ? Double.parseDouble(parameter.substring(2)) : 0;
            }
        }
        return 1;
    }
}
