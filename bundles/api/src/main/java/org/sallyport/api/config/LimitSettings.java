// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.sallyport.api.ByteSize;

/**
 * How much this process takes on at most, whichever role it has, PID {@value #PID}.
 *
 * @param attaching connections to the tunnel port that are not attached yet
 * @param tunnel one tunnel
 * @param windows what the streams of a tunnel may have on the way
 * @param shared what all gateways share
 * @param ingress connections of applications
 * @param http messages of HTTP
 */
public record LimitSettings(
        Attaching attaching, Tunnel tunnel, Windows windows, Shared shared, Ingress ingress, Http http) {
    /** Names the settings in OSGi's configuration admin, and the file {@code etc/org.sallyport.limits.cfg}. */
    public static final String PID = "org.sallyport.limits";

    /**
     * Connections to the tunnel port that are not attached yet.
     *
     * @param source most of them from one address, or one IPv6 network of 64 bits
     * @param total most of them in all
     * @param patience how long each may take, from accept to admission
     */
    public record Attaching(int source, int total, Duration patience) {}

    /**
     * One tunnel.
     *
     * @param streams most that are open at once
     * @param opens most streams of the other end that were not answered yet
     * @param quiet after how long without a byte the other end is asked
     * @param dead after how long without a byte the tunnel is given up
     */
    public record Tunnel(int streams, int opens, Duration quiet, Duration dead) {}

    /**
     * What may be on the way.
     *
     * @param most bytes of one stream
     * @param tunnel bytes by which all windows of a tunnel may have grown
     */
    public record Windows(int most, long tunnel) {}

    /**
     * What all gateways of the process share.
     *
     * @param memory bytes that may be held for carried data; 0: a quarter of the JVM's direct memory
     * @param early bytes that are kept, to be sent again, of connections that have not reached their resource
     * @param dials opens that are held, resolved or dialled
     * @param waiting connections that wait for a client
     * @param handshakes TLS handshakes with applications that are under way
     * @param handshakesSource those of them with one source
     * @param flows flows of datagrams at the ingress; when there are more, the one that is idle longest goes
     * @param flowsSource those of one source at one destination
     */
    public record Shared(
            long memory,
            long early,
            int dials,
            int waiting,
            int handshakes,
            int handshakesSource,
            int flows,
            int flowsSource) {}

    /**
     * Connections of applications, in a second. What is more waits in the accept queue.
     *
     * @param source new ones of one source at one destination; 0: not bounded
     * @param destination new ones at one destination; 0: not bounded
     * @param fruitlessSource those of one source at one destination that are reset before they have sent a byte
     * @param fruitlessDestination those of all sources at one destination
     */
    public record Ingress(int source, int destination, int fruitlessSource, int fruitlessDestination) {}

    /**
     * Messages of HTTP.
     *
     * @param maxBody bytes of a request's body; 0: not bounded
     */
    public record Http(long maxBody) {}

    private static final SettingKey<Integer> ATTACH_SOURCE = count("attach.source", "20", 1, 100_000);
    private static final SettingKey<Integer> ATTACH_TOTAL = count("attach.total", "500", 1, 1_000_000);
    private static final SettingKey<Duration> ATTACH_PATIENCE = seconds("attach.patience", "10", 1, 300);
    private static final SettingKey<Integer> TUNNEL_STREAMS = count("tunnel.streams", "32768", 1, 1_000_000);
    private static final SettingKey<Integer> TUNNEL_OPENS = count("tunnel.opens", "1024", 256, 1_000_000);
    private static final SettingKey<Duration> TUNNEL_QUIET = seconds("tunnel.quiet", "4", 1, 60);
    private static final SettingKey<Duration> TUNNEL_DEAD = seconds("tunnel.dead", "12", 3, 300);
    private static final SettingKey<Long> WINDOW_MOST = size("window.most", "32m", 64L << 10, 1L << 30);
    private static final SettingKey<Long> WINDOW_TUNNEL = size("window.tunnel", "64m", 0, 1L << 40);
    private static final SettingKey<Long> MEMORY_PROCESS = new SettingKey<>(
            "memory.process",
            "0",
            "0 (a quarter of the JVM's direct memory) or a size from 1m to 1024g, as in 512k, 32m or 1g",
            text -> text.equals("0") ? 0L : Texts.size(text, 1L << 20, 1L << 40));
    private static final SettingKey<Long> EARLY_PROCESS = size("early.process", "16m", 64L << 10, 1L << 40);
    private static final SettingKey<Integer> DIALS_PROCESS = count("dials.process", "2048", 2, 1_000_000);
    private static final SettingKey<Integer> WAITING_PROCESS = count("waiting.process", "8192", 2, 1_000_000);
    private static final SettingKey<Integer> HANDSHAKES_PROCESS = count("handshakes.process", "1000", 2, 1_000_000);
    private static final SettingKey<Integer> HANDSHAKES_SOURCE = count("handshakes.source", "250", 1, 1_000_000);
    private static final SettingKey<Integer> FLOWS_PROCESS = count("flows.process", "20000", 2, 1_000_000);
    private static final SettingKey<Integer> FLOWS_SOURCE = count("flows.source", "1000", 1, 1_000_000);
    private static final SettingKey<Integer> INGRESS_SOURCE = count("ingress.source", "50000", 0, 10_000_000);
    private static final SettingKey<Integer> INGRESS_DESTINATION =
            count("ingress.destination", "100000", 0, 10_000_000);
    private static final SettingKey<Integer> FRUITLESS_SOURCE = count("ingress.fruitless.source", "200", 1, 100_000);
    private static final SettingKey<Integer> FRUITLESS_DESTINATION =
            count("ingress.fruitless.destination", "300", 1, 100_000);
    private static final SettingKey<Long> HTTP_MAX_BODY = new SettingKey<>(
            "http.max.body",
            "0",
            "0 (not bounded) or a size from 1 to 1024g, as in 512k, 32m or 1g",
            text -> Texts.size(text, 0, 1L << 40));

    /** All keys, in the order of the file. */
    public static final List<SettingKey<?>> KEYS = List.of(
            ATTACH_SOURCE,
            ATTACH_TOTAL,
            ATTACH_PATIENCE,
            TUNNEL_STREAMS,
            TUNNEL_OPENS,
            TUNNEL_QUIET,
            TUNNEL_DEAD,
            WINDOW_MOST,
            WINDOW_TUNNEL,
            MEMORY_PROCESS,
            EARLY_PROCESS,
            DIALS_PROCESS,
            WAITING_PROCESS,
            HANDSHAKES_PROCESS,
            HANDSHAKES_SOURCE,
            FLOWS_PROCESS,
            FLOWS_SOURCE,
            INGRESS_SOURCE,
            INGRESS_DESTINATION,
            FRUITLESS_SOURCE,
            FRUITLESS_DESTINATION,
            HTTP_MAX_BODY);

    /** What holds where nothing else is configured. */
    public static final LimitSettings DEFAULTS = of(Map.of(), new Properties());

    /**
     * Reads and checks a configuration as a whole.
     *
     * @param given its properties
     * @param system the system properties, in which values for this run arrive
     * @return the settings
     * @throws SettingException on the first wrong key or value, or on two that do not go together
     */
    public static LimitSettings of(Map<String, ?> given, Properties system) {
        Settings settings = Settings.of(PID, KEYS, given, system);
        Duration quiet = settings.get(TUNNEL_QUIET);
        Duration dead = settings.get(TUNNEL_DEAD);
        if (dead.compareTo(quiet.plusSeconds(2)) < 0) {
            // whoever is asked needs the time to answer
            throw new SettingException(PID + ": tunnel.dead = '" + Texts.shown(dead)
                    + "': expected at least 2 s more than" + " tunnel.quiet, which is " + Texts.shown(quiet));
        }
        return new LimitSettings(
                new Attaching(settings.get(ATTACH_SOURCE), settings.get(ATTACH_TOTAL), settings.get(ATTACH_PATIENCE)),
                new Tunnel(settings.get(TUNNEL_STREAMS), settings.get(TUNNEL_OPENS), quiet, dead),
                new Windows(settings.get(WINDOW_MOST).intValue(), settings.get(WINDOW_TUNNEL)),
                new Shared(
                        settings.get(MEMORY_PROCESS),
                        settings.get(EARLY_PROCESS),
                        settings.get(DIALS_PROCESS),
                        settings.get(WAITING_PROCESS),
                        settings.get(HANDSHAKES_PROCESS),
                        settings.get(HANDSHAKES_SOURCE),
                        settings.get(FLOWS_PROCESS),
                        settings.get(FLOWS_SOURCE)),
                new Ingress(
                        settings.get(INGRESS_SOURCE),
                        settings.get(INGRESS_DESTINATION),
                        settings.get(FRUITLESS_SOURCE),
                        settings.get(FRUITLESS_DESTINATION)),
                new Http(settings.get(HTTP_MAX_BODY)));
    }

    private static SettingKey<Integer> count(String name, String standard, int least, int most) {
        return new SettingKey<>(
                name,
                standard,
                (least == 0 ? "0 (not bounded)" : "a number from " + least) + " to " + most,
                text -> Texts.number(text, least, most));
    }

    private static SettingKey<Duration> seconds(String name, String standard, int least, int most) {
        return new SettingKey<>(
                name, standard, "seconds from " + least + " to " + most, text -> Texts.seconds(text, least, most));
    }

    private static SettingKey<Long> size(String name, String standard, long least, long most) {
        return new SettingKey<>(
                name,
                standard,
                "a size from " + ByteSize.text(least) + " to " + ByteSize.text(most) + ", as in 512k, 32m or 1g",
                text -> Texts.size(text, least, most));
    }
}
