// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.function.Function;
import org.sallyport.api.ClientId;
import org.sallyport.api.DestinationId;
import org.sallyport.api.GatewayId;

/** IDs as people give them. */
final class Ids {
    private Ids() {}

    static GatewayId gateway(String text) {
        return read(text, GatewayId::new, "gateway:list shows them");
    }

    static DestinationId destination(String text) {
        return read(text, DestinationId::new, "destination:list shows them");
    }

    static ClientId client(String text) {
        return read(text, ClientId::new, "client:list on the server and tunnel:list on the client show them");
    }

    static boolean isClient(String text) {
        try {
            return !new ClientId(text).value().isEmpty();
        } catch (IllegalArgumentException another) {
            return false;
        }
    }

    private static <T> T read(String text, Function<String, T> reader, String hint) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + "; " + hint, e);
        }
    }
}
