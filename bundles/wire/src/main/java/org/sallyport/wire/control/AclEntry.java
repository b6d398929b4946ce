// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

/**
 * One rule of an ACL, as it travels; what matches is the roles' business.
 *
 * @param allow whether it allows; a rule whose action a version does not know denies
 * @param host host name, address or CIDR; empty: any
 * @param port 1 to 65535; 0: any
 * @param path path prefix of an HTTP rule; empty: any
 */
public record AclEntry(boolean allow, String host, int port, String path) {

    public AclEntry {
        requireNonNull(host, "host");
        requireNonNull(path, "path");
        Check.port(port, 0, "port");
    }

    static AclEntry read(Fields fields) throws ControlViolation {
        return new AclEntry(
                fields.text("action").equals("allow"),
                fields.textOr("host", ""),
                fields.intOr("port", 0),
                fields.textOr("path", ""));
    }

    void write(MapWriter map) {
        map.text("action", allow ? "allow" : "deny")
                .textUnless("", "host", host)
                .numberUnless(0, "port", port)
                .textUnless("", "path", path);
    }
}
