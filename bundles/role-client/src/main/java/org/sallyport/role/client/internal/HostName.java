// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** This machine's name, for the server's lists. */
final class HostName {
    private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

    private HostName() {}

    /** {@return the name; the kernel is asked first, because Java may ask a name service and wait for it} */
    static String lookUp() {
        try {
            if (Files.isReadable(KERNEL)) {
                return ForeignText.cut(Files.readString(KERNEL).strip(), 253);
            }
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        } catch (IOException e) {
            return "unknown";
        }
    }
}
