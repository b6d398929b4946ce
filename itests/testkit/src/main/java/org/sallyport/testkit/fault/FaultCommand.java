// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.fault;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sallyport.api.HostPort;

/** The words that a proxy understands when it is a process, as told at {@link FaultProxy}. */
final class FaultCommand {
    private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,9})([a-zA-Z]{0,2})");
    private static final String TO_SERVER = "toServer.";
    private static final String TO_CLIENT = "toClient.";
    private static final String SEED = "seed=";

    private final PrintStream out;

    /**
     * @param out where {@code show} shows the connections
     */
    FaultCommand(PrintStream out) {
        this.out = out;
    }

    /**
     * Begins to listen.
     *
     * @param arguments where, before which server, and options
     * @return the proxy, which the options hold for already
     */
    FaultProxy start(List<String> arguments) {
        if (arguments.size() < 2) {
            throw new IllegalArgumentException("'" + String.join(" ", arguments)
                    + "': expected LISTEN SERVER [OPTION…], as in 127.0.0.1:0 127.0.0.1:7777 delay=100ms");
        }
        List<String> words = new ArrayList<>(arguments.subList(2, arguments.size()));
        long seed = words.stream()
                .filter(word -> word.startsWith(SEED))
                .mapToLong(word -> size(word, word.substring(SEED.length())))
                .findFirst()
                .orElse(FaultProxy.USUAL_SEED);
        words.removeIf(word -> word.startsWith(SEED));
        List<Consumer<FaultProxy>> options = options(words);
        HostPort server = HostPort.parse(arguments.get(1));
        FaultProxy proxy = FaultProxy.before(server, listen(arguments.get(0)), seed);
        options.forEach(option -> option.accept(proxy));
        return proxy;
    }

    private static HostPort listen(String text) {
        String anyPort = ":0";
        return text.endsWith(anyPort)
                ? new HostPort(text.substring(0, text.length() - anyPort.length()), 0)
                : HostPort.parse(text);
    }

    /** Does what each line says until there are no more; a line with a mistake is answered and does nothing. */
    void obey(FaultProxy proxy, BufferedReader lines) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.isBlank()) {
                try {
                    options(List.of(line.strip().split("\\s+"))).forEach(option -> option.accept(proxy));
                    out.println("ok");
                } catch (IllegalArgumentException e) {
                    out.println(e.getMessage());
                }
                out.flush();
            }
        }
    }

    private List<Consumer<FaultProxy>> options(List<String> words) {
        return words.stream().map(this::option).toList();
    }

    private Consumer<FaultProxy> option(String word) {
        return switch (word) {
            case "refuse" -> FaultProxy::refuseConnections;
            case "accept" -> FaultProxy::acceptConnections;
            case "reset" -> FaultProxy::reset;
            case "show" -> this::show;
            default -> {
                if (word.startsWith(TO_SERVER)) {
                    Consumer<Lane> told = told(word, word.substring(TO_SERVER.length()));
                    yield proxy -> told.accept(proxy.toServer());
                }
                if (word.startsWith(TO_CLIENT)) {
                    Consumer<Lane> told = told(word, word.substring(TO_CLIENT.length()));
                    yield proxy -> told.accept(proxy.toClient());
                }
                Consumer<Lane> told = told(word, word);
                yield proxy -> proxy.bothWays(told);
            }
        };
    }

    private void show(FaultProxy proxy) {
        for (Link link : proxy.connections()) {
            out.printf(
                    Locale.ROOT,
                    "connection %d: to the server %d bytes, %d held; to the client %d bytes, %d held%n",
                    link.number(),
                    link.toServer().carried(),
                    link.toServer().held(),
                    link.toClient().carried(),
                    link.toClient().held());
        }
    }

    private static Consumer<Lane> told(String word, String option) {
        int equals = option.indexOf('=');
        String name = equals < 0 ? option : option.substring(0, equals + 1);
        String value = option.substring(equals + 1);
        return switch (name) {
            case "delay=" -> {
                Duration delay = duration(word, value);
                yield lane -> lane.delay(delay);
            }
            case "jitter=" -> {
                Duration jitter = duration(word, value);
                yield lane -> lane.jitter(jitter);
            }
            case "rate=" -> {
                long rate = size(word, value);
                yield lane -> lane.rate(rate);
            }
            case "hold=" -> {
                long hold = Math.max(1, size(word, value));
                yield lane -> lane.hold(hold);
            }
            case "chop=" -> {
                int chop = (int) Math.min(Integer.MAX_VALUE, size(word, value));
                yield lane -> lane.chop(chop);
            }
            case "cut=" -> cut(word, value);
            case "stall" -> Lane::stall;
            case "freeze" -> Lane::freeze;
            case "blackhole" -> Lane::blackhole;
            case "resume" -> Lane::resume;
            case "heal" -> Lane::heal;
            default ->
                throw new IllegalArgumentException("'" + word
                        + "': expected delay=, jitter=, rate=, hold=, chop=, cut=, stall, freeze, blackhole, resume or heal,"
                        + " with toServer. or toClient. before it for one direction; refuse, accept, reset or show");
        };
    }

    private static Consumer<Lane> cut(String word, String value) {
        String[] parts = value.split(",", -1);
        long at = size(word, parts[0]);
        Ending how = parts.length < 2 ? Ending.RESET : choice(word, Ending.class, parts[1]);
        Side[] sides = parts.length < 3 ? new Side[0] : new Side[] {choice(word, Side.class, parts[2])};
        return lane -> lane.cutAt(at, how, sides);
    }

    private static <E extends Enum<E>> E choice(String word, Class<E> kind, String name) {
        for (E each : kind.getEnumConstants()) {
            if (each.name().equalsIgnoreCase(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException("'" + word + "': expected cut=BYTES[,fin|reset[,client|server]]");
    }

    private static Duration duration(String word, String value) {
        Matcher amount = AMOUNT.matcher(value);
        String unit = amount.matches() ? amount.group(2) : "";
        return switch (unit) {
            case "us" -> Duration.ofNanos(1_000L * Long.parseLong(amount.group(1)));
            case "ms" -> Duration.ofMillis(Long.parseLong(amount.group(1)));
            case "s" -> Duration.ofSeconds(Long.parseLong(amount.group(1)));
            default -> throw new IllegalArgumentException("'" + word + "': expected a duration as 500us, 100ms or 2s");
        };
    }

    private static long size(String word, String value) {
        Matcher amount = AMOUNT.matcher(value);
        String unit = amount.matches() ? amount.group(2) : "?";
        return switch (unit) {
            case "" -> Long.parseLong(amount.group(1));
            case "k" -> 1_000L * Long.parseLong(amount.group(1));
            case "M" -> 1_000_000L * Long.parseLong(amount.group(1));
            default ->
                throw new IllegalArgumentException(
                        "'" + word + "': expected a number as 500, 64k (1,000) or 10M (1,000,000)");
        };
    }
}
