// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.sallyport.api.AclEdit;
import org.sallyport.api.AclRule;
import org.sallyport.api.Destination;
import org.sallyport.api.Gateway;
import org.sallyport.api.OptionTexts;
import org.sallyport.api.pki.CarriedLeg;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.AclEntry;
import org.sallyport.wire.control.Certificates;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.DestinationConfig;

/** The domain's records as the tunnel protocol carries them, and back. Pure. */
final class WireForm {
    private WireForm() {}

    /**
     * All that a client needs to know of its gateway.
     *
     * @param revision of this configuration
     * @param gateway the gateway
     * @param destinations all of it
     * @param held what is held of their certificates
     */
    static Config config(long revision, Gateway gateway, List<Destination> destinations, HeldSnapshot held) {
        return new Config(
                revision,
                gateway.id().value(),
                gateway.name(),
                gateway.enabled(),
                gateway.aclEdit() == AclEdit.BOTH,
                destinations.stream()
                        .map(destination -> destination(destination, held.mark(destination)))
                        .toList(),
                gateway.acl().rules().stream().map(WireForm::entry).toList());
    }

    /** The same configuration at another revision. */
    static Config atRevision(long revision, Config config) {
        return new Config(
                revision,
                config.gateway(),
                config.name(),
                config.enabled(),
                config.aclEditable(),
                config.destinations(),
                config.acl());
    }

    /** What is held for a client's leg of a destination. */
    static Certificates certificates(CarriedLeg held) {
        return new Certificates(
                held.destination().value(),
                held.leg().word(),
                held.mark(),
                held.key(),
                held.chain(),
                held.anchors(),
                held.issuer(),
                held.serials(),
                held.names());
    }

    private static DestinationConfig destination(Destination destination, String mark) {
        List<String> needs = new ArrayList<>(OptionTexts.needs(destination));
        Map<String, String> options = new TreeMap<>(OptionTexts.write(destination.options()));
        if (!mark.isEmpty()) {
            needs.add(TunnelProtocol.CERTIFICATES);
            options.put(TunnelProtocol.CERTIFICATES, mark);
        }
        return new DestinationConfig(
                destination.id().value(),
                destination.name(),
                destination.direction().word(),
                destination.protocol(),
                destination.resource().host(),
                destination.resource().port(),
                destination.listenPort(),
                destination.enabled(),
                destination.options().connectTimeout().toMillis(),
                destination.options().idleTimeout().toMillis(),
                destination.options().maxConnections(),
                needs,
                options);
    }

    static AclEntry entry(AclRule rule) {
        return new AclEntry(rule.action() == AclRule.Action.ALLOW, rule.host(), rule.port(), rule.path());
    }

    /** The rules that a client sent; fails with {@link IllegalArgumentException} when one is wrong. */
    static List<AclRule> rules(List<AclEntry> entries) {
        return entries.stream()
                .map(entry -> new AclRule(
                        entry.allow() ? AclRule.Action.ALLOW : AclRule.Action.DENY,
                        entry.host(),
                        entry.port(),
                        entry.path()))
                .toList();
    }
}
