// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What a running instance says about its door in {@code DIR/run/door}.
 *
 * @param port its port on the loopback interface
 * @param secret what opens it
 */
record DoorFile(int port, String secret) {
    /** {@return what the file says; null if there is none, or one that cannot be understood} */
    static @Nullable DoorFile read(Instance instance) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(instance.run().resolve("door"))) {
            properties.load(reader);
            String secret = properties.getProperty("secret", "");
            int port = Integer.parseInt(properties.getProperty("port", "0"));
            return port > 0 && port < 65_536 && !secret.isEmpty() ? new DoorFile(port, secret) : null;
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return "door at port " + port;
    }
}
