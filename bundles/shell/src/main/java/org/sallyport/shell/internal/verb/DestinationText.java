// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.List;
import org.sallyport.api.ByteSize;
import org.sallyport.api.ProxyProtocol;
import org.sallyport.api.service.DestinationService.Leg;
import org.sallyport.api.service.DestinationView;

/** Destinations in words. */
final class DestinationText {
    static final List<String> STATES = List.of("listening", "waiting", "failed", "blocked", "disabled");

    static final Argument ID = Argument.required("ID", "the destination's ID", Completion.DESTINATIONS);

    static final Option RESOURCE = Option.value("--resource", "HOST:PORT", "what is dialled at the other end");
    static final Option PROTOCOL = Option.value(
            "--protocol", "NAME", "what applications speak; tcp unless told otherwise", Completion.PROTOCOLS);
    static final Option LISTEN_PORT =
            Option.value("--listen-port", "N", "the server's port; one of the range unless told otherwise");
    static final Option CLIENT_PORT = Option.value("--client-port", "N", "the client's port");

    private DestinationText() {}

    static String list(List<DestinationView> destinations) {
        return Table.<DestinationView>of(
                        destination -> List.of(
                                destination.id(),
                                destination.name(),
                                destination.direction(),
                                destination.protocol(),
                                listen(destination),
                                resource(destination),
                                destination.state(),
                                destination.connections().open(),
                                destination.cause()),
                        "ID",
                        "Name",
                        "Direction",
                        "Protocol",
                        "Listen",
                        "Resource",
                        "State",
                        "Open",
                        "Cause")
                .text(destinations, "There is no destination; destination:create makes one.");
    }

    static String show(DestinationView destination) {
        Lines lines = new Lines()
                .with("ID", destination.id())
                .with("Gateway", destination.gateway())
                .with("Name", destination.name())
                .with("Direction", destination.direction())
                .with("Protocol", destination.protocol())
                .with("Listen", listen(destination))
                .with("Resource", resource(destination))
                .with("Enabled", destination.enabled() ? "yes" : "no")
                .with("State", destination.state())
                .with("Cause", destination.cause())
                .with("Sources", sources(destination.options()))
                .with("Resource TLS", resourceTls(destination.options()))
                .with("ALPN", String.join(", ", destination.options().alpn()))
                .with("Timeouts", timeouts(destination.options()));
        addWays(lines, destination.options());
        Long dropped = destination.dropped();
        lines.with(
                        "Connections",
                        destination.connections().open() + " open, "
                                + destination.connections().total() + " in all, "
                                + destination.connections().refused() + " refused")
                .with(
                        "Bytes",
                        destination.bytes().in() + " from applications, "
                                + destination.bytes().out() + " to them");
        if (dropped != null) {
            lines.with("Datagrams", dropped + " dropped");
        }
        return lines.toString();
    }

    /** Lines for what most destinations have not. */
    private static void addWays(Lines lines, DestinationView.Options options) {
        boolean sent = !options.proxyProtocol().equals(ProxyProtocol.NONE.word());
        if (sent || options.acceptProxyProtocol()) {
            lines.with(
                    "PROXY protocol",
                    (options.acceptProxyProtocol() ? "expected of applications" : "")
                            + (sent && options.acceptProxyProtocol() ? ", " : "")
                            + (sent ? options.proxyProtocol() + " to the resource" : ""));
        }
        if (options.bandwidthIn() > 0 || options.bandwidthOut() > 0) {
            lines.with(
                    "Bandwidth", aSecond(options.bandwidthIn()) + " in, " + aSecond(options.bandwidthOut()) + " out");
        }
        if (!options.resourceProxy().isEmpty()) {
            lines.with("Resource proxy", options.resourceProxy());
        }
    }

    private static String aSecond(long bytes) {
        return bytes == 0 ? "not bounded" : ByteSize.text(bytes) + " a second";
    }

    static String created(DestinationView destination) {
        return destination.id() + " " + listen(destination);
    }

    static String state(DestinationView destination) {
        return destination.id() + " " + destination.state()
                + (destination.cause().isEmpty() ? "" : ": " + destination.cause());
    }

    /** One line a leg, the texts below each other. */
    static String legs(List<Leg> legs) {
        int width = legs.stream().mapToInt(leg -> verdict(leg).length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (Leg leg : legs) {
            String verdict = verdict(leg);
            text.append(verdict);
            if (!leg.text().isEmpty()) {
                text.append(" ".repeat(width - verdict.length() + 1)).append(leg.text());
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String verdict(Leg leg) {
        return leg.leg() + (leg.passed() ? ": ok" : ": not ok");
    }

    static String rules(DestinationView destination) {
        DestinationView.Options options = destination.options();
        StringBuilder text = new StringBuilder(destination.id())
                .append(' ')
                .append(sources(options))
                .append('\n');
        options.sourceRules().forEach(rule -> text.append(rule).append('\n'));
        return text.toString();
    }

    private static String sources(DestinationView.Options options) {
        int rules = options.sourceRules().size();
        String counted = rules + (rules == 1 ? " rule" : " rules");
        if (!options.restricted()) {
            return "not restricted" + (rules == 0 ? "" : ", " + counted + " not in force");
        }
        return rules == 0 ? "restricted, no rule: nobody may connect" : "restricted, " + counted;
    }

    private static String resourceTls(DestinationView.Options options) {
        return options.resourceTls()
                + (options.resourceName().isEmpty() ? "" : ", for " + options.resourceName())
                + (options.verifyResource() ? "" : ", not verified");
    }

    private static String timeouts(DestinationView.Options options) {
        return options.connectTimeout() + " s to connect, "
                + (options.idleTimeout() == 0 ? "never idle too long" : options.idleTimeout() + " s idle");
    }

    private static String listen(DestinationView destination) {
        return place(destination.listen().address(), destination.listen().port());
    }

    private static String resource(DestinationView destination) {
        return place(destination.resource().host(), destination.resource().port());
    }

    private static String place(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
