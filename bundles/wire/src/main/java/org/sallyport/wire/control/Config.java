// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Server to client: everything that the client's end needs to know of its gateway, always whole. The client compares it
 * with what it has and answers {@link Applied}.
 *
 * @param revision grows with every change
 * @param gateway the gateway's ID
 * @param name the gateway's name, for people
 * @param enabled the operator's wish
 * @param aclEditable whether the gateway's ACL may be edited from clients; on the wire {@code aclEdit}, {@code both} or
 *     {@code server}
 * @param destinations all of the gateway's
 * @param acl all rules
 */
public record Config(
        long revision,
        String gateway,
        String name,
        boolean enabled,
        boolean aclEditable,
        List<DestinationConfig> destinations,
        List<AclEntry> acl)
        implements ControlMessage {

    static final MessageType<Config> TYPE = new MessageType<>("config", Config.class, Config::read, Config::write);

    public Config {
        Check.atLeast(0, revision, "revision");
        Check.present(gateway, "gateway");
        requireNonNull(name, "name");
        destinations = List.copyOf(destinations);
        acl = List.copyOf(acl);
    }

    static Config read(Fields fields) throws ControlViolation {
        return new Config(
                fields.number("revision"),
                fields.text("gateway"),
                fields.textOr("name", ""),
                fields.flagOr("enabled", true),
                fields.textOr("aclEdit", "both").equals("both"),
                fields.list("destinations", DestinationConfig::read),
                fields.list("acl", AclEntry::read));
    }

    void write(MapWriter map) {
        map.number("revision", revision)
                .text("gateway", gateway)
                .textUnless("", "name", name)
                .flagUnless(true, "enabled", enabled)
                .textUnless("both", "aclEdit", aclEditable ? "both" : "server")
                .list("destinations", destinations, DestinationConfig::write)
                .list("acl", acl, AclEntry::write);
    }
}
