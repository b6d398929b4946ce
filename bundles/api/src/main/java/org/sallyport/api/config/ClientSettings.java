// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Cidr;
import org.sallyport.api.ProxyAddress;

/**
 * The settings of the client role, PID {@value #PID}.
 *
 * @param listenAddress the address that client ports are bound to
 * @param proxy the outbound proxy; null: none
 * @param proxyCredentials the file that holds the credentials for it; empty: none
 * @param reconnectAttempts how often a lost tunnel is tried again; -1: for ever
 * @param tokenFiles token files to attach with at start, besides those of the command line
 * @param trustedProxies whose word about who an application is counts, for the protocols of HTTP
 * @param drainTimeout how long connections may go on when something is stopped
 */
public record ClientSettings(
        String listenAddress,
        @Nullable ProxyAddress proxy,
        String proxyCredentials,
        int reconnectAttempts,
        List<String> tokenFiles,
        List<Cidr> trustedProxies,
        Duration drainTimeout) {
    /** Names the settings in OSGi's configuration admin, and the file {@code etc/org.sallyport.client.cfg}. */
    public static final String PID = "org.sallyport.client";

    private static final SettingKey<String> LISTEN_ADDRESS =
            new SettingKey<>("listen.address", "127.0.0.1", "an address or a host name of this machine", Texts::host);
    private static final SettingKey<ProxySetting> PROXY = new SettingKey<>(
            "proxy",
            "",
            "http://HOST:PORT, socks4://HOST:PORT, socks4a://HOST:PORT or socks5://HOST:PORT, or nothing",
            ProxySetting::parse);
    private static final SettingKey<String> PROXY_CREDENTIALS =
            new SettingKey<>("proxy.credentials", "", "the path of a file, or nothing", path -> path);
    private static final SettingKey<Integer> RECONNECT_ATTEMPTS = new SettingKey<>(
            "reconnect.attempts", "-1", "-1 (for ever) to 1000000", text -> Texts.number(text, -1, 1_000_000));
    private static final SettingKey<List<String>> TOKEN_FILES = new SettingKey<>(
            "token.files",
            "",
            "paths of token files, separated by commas, or nothing",
            text -> Texts.list(text, path -> path));
    private static final SettingKey<List<Cidr>> TRUSTED_PROXIES = Texts.trustedProxies();
    private static final SettingKey<Duration> DRAIN_TIMEOUT =
            new SettingKey<>("drain.timeout", "5", "seconds from 0 to 50", text -> Texts.seconds(text, 0, 50));

    /** All keys, in the order of the file. */
    public static final List<SettingKey<?>> KEYS = List.of(
            LISTEN_ADDRESS, PROXY, PROXY_CREDENTIALS, RECONNECT_ATTEMPTS, TOKEN_FILES, TRUSTED_PROXIES, DRAIN_TIMEOUT);

    /** A proxy that may be absent; a {@code null} value would read as a missing one. */
    private record ProxySetting(@Nullable ProxyAddress address) {
        static ProxySetting parse(String text) {
            return new ProxySetting(text.isEmpty() ? null : ProxyAddress.parse(text));
        }
    }

    /**
     * Reads and checks a configuration as a whole.
     *
     * @param given its properties
     * @param system the system properties, in which values for this run arrive
     * @return the settings
     * @throws SettingException on the first wrong key or value
     */
    public static ClientSettings of(Map<String, ?> given, Properties system) {
        Settings settings = Settings.of(PID, KEYS, given, system);
        return new ClientSettings(
                settings.get(LISTEN_ADDRESS),
                settings.get(PROXY).address(),
                settings.get(PROXY_CREDENTIALS),
                settings.get(RECONNECT_ATTEMPTS),
                settings.get(TOKEN_FILES),
                settings.get(TRUSTED_PROXIES),
                settings.get(DRAIN_TIMEOUT));
    }
}
