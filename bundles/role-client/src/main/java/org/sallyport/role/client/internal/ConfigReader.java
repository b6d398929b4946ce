// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sallyport.api.Acl;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.OptionTexts;
import org.sallyport.api.Shown;
import org.sallyport.api.Transport;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.AclEntry;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.DestinationConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a configuration that can be applied of one that a server sent, and trusts nothing in it. A destination that is wrong
 * or that needs what this version lacks is left out and reported; the others are applied.
 */
final class ConfigReader {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigReader.class);
    private static final int MAX_NAME = 127;

    private final String version;
    private final Set<String> features;

    /**
     * @param version of this client, for messages
     * @param features that this client has; what else a destination needs is unknown
     */
    ConfigReader(String version, Collection<String> features) {
        this.version = version;
        this.features = Set.copyOf(features);
    }

    /**
     * Reads a configuration.
     *
     * @param config what the server sent
     * @param gateway whose configuration it must be
     * @return what can be applied, and what not
     * @throws IllegalArgumentException when it is another gateway's
     */
    ClientConfig read(Config config, GatewayId gateway) {
        if (!config.gateway().equals(gateway.value())) {
            throw new IllegalArgumentException("the server sent the configuration of gateway '"
                    + Shown.of(config.gateway()) + "': expected that of " + gateway);
        }
        List<Destination> ingress = new ArrayList<>();
        List<Destination> egress = new ArrayList<>();
        List<Applied.Failure> failures = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        Map<ClientPort, DestinationId> ports = new HashMap<>();
        Map<DestinationId, String> marks = new HashMap<>();
        for (DestinationConfig sent : config.destinations()) {
            try {
                if (!seen.add(sent.id())) {
                    throw new IllegalArgumentException("the server sent this destination twice");
                }
                Destination read = destination(sent, gateway);
                if (read.direction() == Direction.ON_PREMISES) {
                    egress.add(read);
                } else {
                    DestinationId holder =
                            ports.putIfAbsent(new ClientPort(read.transport(), read.listenPort()), read.id());
                    if (holder != null) {
                        throw new IllegalArgumentException(
                                "client port " + read.listenPort() + " is also that of destination " + holder);
                    }
                    ingress.add(read);
                }
                String mark = sent.options().getOrDefault(TunnelProtocol.CERTIFICATES, "");
                if (!mark.isEmpty()) {
                    marks.put(read.id(), mark);
                }
            } catch (IllegalArgumentException e) {
                failures.add(
                        new Applied.Failure(sent.id(), e.getMessage() == null ? "it is not valid" : e.getMessage()));
            }
        }
        return new ClientConfig(
                config.revision(),
                gateway,
                config.name().isEmpty() ? gateway.value() : ForeignText.cut(config.name(), MAX_NAME),
                config.enabled(),
                config.aclEditable(),
                ingress,
                egress,
                acl(config.acl(), gateway),
                failures,
                marks);
    }

    /** Ports of the two are counted apart. */
    private record ClientPort(Transport transport, int port) {}

    private Destination destination(DestinationConfig sent, GatewayId gateway) {
        for (String need : sent.needs()) {
            if (!features.contains(need)) {
                throw new IllegalArgumentException(
                        "this client (" + version + ") does not know " + Shown.of(need) + "; update the client");
            }
        }
        Direction direction;
        try {
            direction = Direction.of(sent.direction());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "this client (" + version + ") does not know the direction '" + Shown.of(sent.direction())
                            + "'; update the client",
                    e);
        }
        return new Destination(
                new DestinationId(sent.id()),
                gateway,
                name(sent),
                direction,
                sent.protocol(),
                new HostPort(sent.host(), sent.port()),
                sent.listenPort(),
                sent.enabled(),
                options(sent));
    }

    private static DestinationOptions options(DestinationConfig sent) {
        DestinationOptions numbers = DestinationOptions.DEFAULTS
                .withConnectTimeout(Duration.ofMillis(sent.connectTimeoutMillis()))
                .withIdleTimeout(Duration.ofMillis(sent.idleTimeoutMillis()))
                .withMaxConnections((int) Math.min(sent.maxConnections(), Integer.MAX_VALUE));
        return OptionTexts.read(sent.options(), numbers);
    }

    /** A name is for people only, so one that does not fit is made to fit. */
    private static String name(DestinationConfig sent) {
        String name = ForeignText.cut(sent.name().strip(), MAX_NAME);
        return name.isEmpty() || !name.equals(name.strip()) ? sent.id() : name;
    }

    /**
     * Reads rules. An allow rule that cannot be read allows nothing. A deny rule that cannot be read might deny anything, so
     * then nothing is allowed.
     */
    private static Acl acl(List<AclEntry> sent, GatewayId gateway) {
        Acl acl = Acl.EMPTY;
        for (AclEntry entry : sent) {
            try {
                acl = acl.with(AclEntries.rule(entry));
            } catch (IllegalArgumentException e) {
                if (!entry.allow()) {
                    LOG.error(
                            "{}: the server sent a deny rule that cannot be read, so nothing is allowed: {}",
                            gateway,
                            e.getMessage());
                    return Acl.EMPTY;
                }
                LOG.warn("{}: the server sent an allow rule that cannot be read: {}", gateway, e.getMessage());
            }
        }
        return acl;
    }
}
