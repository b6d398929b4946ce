// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.sallyport.api.Cidr;
import org.sallyport.api.HostPort;
import org.sallyport.api.PortRange;

/**
 * The settings of the server role, PID {@value #PID}.
 *
 * @param tunnelAddress the address that the tunnel port is bound to
 * @param tunnelPort the tunnel port; 0: any free one
 * @param tunnelAdvertised where clients reach the tunnel port, written into tokens; empty: this host's name and loopback
 * @param listenAddress the address that listen ports of destinations are bound to
 * @param listenPorts the ports that are given to on-premises destinations
 * @param listenGrace how long listeners stay after the last client went
 * @param egress what is dialled for cloud destinations
 * @param trustedProxies whose word about who an application is counts, for the protocols of HTTP
 * @param drainTimeout how long connections may go on when something is stopped
 * @param region the region name in IDs of new gateways
 */
public record ServerSettings(
        String tunnelAddress,
        int tunnelPort,
        List<HostPort> tunnelAdvertised,
        String listenAddress,
        PortRange listenPorts,
        Duration listenGrace,
        EgressPolicy egress,
        List<Cidr> trustedProxies,
        Duration drainTimeout,
        String region) {
    /** Names the settings in OSGi's configuration admin, and the file {@code etc/org.sallyport.server.cfg}. */
    public static final String PID = "org.sallyport.server";

    private static final SettingKey<String> TUNNEL_ADDRESS =
            new SettingKey<>("tunnel.address", "0.0.0.0", "an address or a host name of this machine", Texts::host);
    private static final SettingKey<Integer> TUNNEL_PORT = new SettingKey<>(
            "tunnel.port", "9000", "a port from 0 (any free one) to 65535", text -> HostPort.port(text, 0));
    private static final SettingKey<List<HostPort>> TUNNEL_ADVERTISED = new SettingKey<>(
            "tunnel.advertised",
            "",
            "HOST:PORT, several separated by commas, or nothing",
            text -> Texts.list(text, HostPort::parse));
    private static final SettingKey<String> LISTEN_ADDRESS =
            new SettingKey<>("listen.address", "127.0.0.1", "an address or a host name of this machine", Texts::host);
    private static final SettingKey<PortRange> LISTEN_PORTS =
            new SettingKey<>("listen.ports", "15000-19999", "FIRST-LAST, as in 15000-19999", PortRange::parse);
    private static final SettingKey<Duration> LISTEN_GRACE =
            new SettingKey<>("listen.grace", "3", "seconds from 0 to 60", text -> Texts.seconds(text, 0, 60));
    private static final SettingKey<List<EgressPolicy.Pattern>> EGRESS_ALLOW = new SettingKey<>(
            "egress.allow",
            "",
            "HOST, ADDRESS or CIDR, each with an optional :PORT, separated by commas",
            text -> Texts.list(text, EgressPolicy.Pattern::parse));
    private static final SettingKey<List<EgressPolicy.Pattern>> EGRESS_DENY = new SettingKey<>(
            "egress.deny",
            "",
            "HOST, ADDRESS or CIDR, each with an optional :PORT, separated by commas",
            text -> Texts.list(text, EgressPolicy.Pattern::parse));
    private static final SettingKey<List<Cidr>> TRUSTED_PROXIES = Texts.trustedProxies();
    private static final SettingKey<Duration> DRAIN_TIMEOUT =
            new SettingKey<>("drain.timeout", "5", "seconds from 0 to 50", text -> Texts.seconds(text, 0, 50));
    private static final SettingKey<String> REGION =
            new SettingKey<>("region", "local", "1 to 32 small letters, digits or dashes", ServerSettings::readRegion);

    /** All keys, in the order of the file. */
    public static final List<SettingKey<?>> KEYS = List.of(
            TUNNEL_ADDRESS,
            TUNNEL_PORT,
            TUNNEL_ADVERTISED,
            LISTEN_ADDRESS,
            LISTEN_PORTS,
            LISTEN_GRACE,
            EGRESS_ALLOW,
            EGRESS_DENY,
            TRUSTED_PROXIES,
            DRAIN_TIMEOUT,
            REGION);

    /**
     * Reads and checks a configuration as a whole.
     *
     * @param given its properties
     * @param system the system properties, in which values for this run arrive
     * @return the settings
     * @throws SettingException on the first wrong key or value
     */
    public static ServerSettings of(Map<String, ?> given, Properties system) {
        Settings settings = Settings.of(PID, KEYS, given, system);
        return new ServerSettings(
                settings.get(TUNNEL_ADDRESS),
                settings.get(TUNNEL_PORT),
                settings.get(TUNNEL_ADVERTISED),
                settings.get(LISTEN_ADDRESS),
                settings.get(LISTEN_PORTS),
                settings.get(LISTEN_GRACE),
                new EgressPolicy(settings.get(EGRESS_ALLOW), settings.get(EGRESS_DENY)),
                settings.get(TRUSTED_PROXIES),
                settings.get(DRAIN_TIMEOUT),
                settings.get(REGION));
    }

    private static String readRegion(String text) {
        if (!text.matches("[a-z0-9][a-z0-9-]{0,31}")) {
            throw new IllegalArgumentException("not a region name");
        }
        return text;
    }
}
