// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.util.List;

/**
 * An access list as it is shown.
 *
 * @param unlisted what happens to what no rule matches: always {@code deny}
 * @param ceiling the local ceiling of this client; empty on the server, or where there is none
 */
public record AclView(String gateway, List<Rule> rules, String unlisted, String edit, List<Rule> ceiling) {
    /** One rule; an empty host and port 0 mean any. */
    public record Rule(String action, String host, int port, String path) {}
}
