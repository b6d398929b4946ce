// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Cidr;
import org.sallyport.api.ClientId;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.Gateway;
import org.sallyport.api.HostPort;
import org.sallyport.api.ProxyAddress;
import org.sallyport.api.State;
import org.sallyport.api.Verdict;
import org.sallyport.spi.AccessPolicy;

/**
 * What is true of a destination, from what both ends know: the operator's wish, the server's listener or the clients'
 * ports, and the rule that would forbid to dial its resource. Pure.
 */
final class DestinationStates {
    private DestinationStates() {}

    /**
     * What one attached client says about a destination.
     *
     * @param failure why the client could not apply it; empty: it could
     * @param port the state of its client port; null: it has said nothing, or the destination has none
     */
    record Report(ClientId client, String failure, @Nullable PortReport port) {}

    /**
     * A client port.
     *
     * @param word the state's word, from the client
     * @param address where it listens, null when it does not
     * @param cause why, from the client
     */
    record PortReport(String word, @Nullable HostPort address, String cause) {}

    /**
     * Puts it all together.
     *
     * @param here the state at this end, null when it is not known here
     * @param reports of all attached clients
     * @param policy what this server dials
     */
    static State of(
            Gateway gateway, Destination destination, @Nullable State here, List<Report> reports, AccessPolicy policy) {
        if (!gateway.enabled()) {
            return new State.Disabled(
                    "gateway " + gateway.id() + " is disabled; gateway:enable " + gateway.id() + " enables it");
        }
        if (!destination.enabled()) {
            return new State.Disabled("destination:enable " + destination.id() + " enables it");
        }
        State state = destination.direction() == Direction.ON_PREMISES
                ? onPremises(destination, here, reports)
                : cloud(gateway, reports);
        if (!(state instanceof State.Listening)) {
            return state;
        }
        return verdict(gateway, destination, policy) instanceof Verdict.Denied denied
                ? new State.Blocked(denied.reason())
                : state;
    }

    /**
     * Whether the end that dials may dial the resource, and the proxy before it: the gateway's ACL, or this server's policy. A
     * resource of which only paths are allowed is dialled for protocols that judge each request.
     */
    static Verdict verdict(Gateway gateway, Destination destination, AccessPolicy policy) {
        Verdict resource = resourceVerdict(gateway, destination, policy);
        ProxyAddress proxy = destination.options().resourceProxy();
        return proxy == null || resource instanceof Verdict.Denied
                ? resource
                : verdict(gateway, destination, policy, proxy.address());
    }

    private static Verdict resourceVerdict(Gateway gateway, Destination destination, AccessPolicy policy) {
        HostPort resource = destination.resource();
        Verdict verdict = destination.proxyResolves()
                ? named(gateway, gateway.acl().verdictUnresolved(resource.host(), resource.port()))
                : verdict(gateway, destination, policy, resource);
        return verdict instanceof Verdict.Denied denied
                        && denied.byPath()
                        && ProtocolNames.judgesPaths(destination.protocol())
                ? new Verdict.Allowed("")
                : verdict;
    }

    private static Verdict verdict(Gateway gateway, Destination destination, AccessPolicy policy, HostPort place) {
        InetAddress address = literal(place.host());
        return destination.direction() == Direction.CLOUD
                ? policy.check(place.host(), place.port(), address)
                : named(gateway, gateway.acl().verdict(place.host(), place.port(), address));
    }

    /** The ACL does not know whose it is, the operator should not have to look it up. */
    private static Verdict named(Gateway gateway, Verdict verdict) {
        return verdict instanceof Verdict.Denied denied ? denied.at(gateway.id()) : new Verdict.Allowed("");
    }

    private static State onPremises(Destination destination, @Nullable State here, List<Report> reports) {
        if (here == null) {
            return new State.Waiting("it is being applied");
        }
        if (!(here instanceof State.Listening listening)) {
            return here;
        }
        List<Report> failed =
                reports.stream().filter(report -> !report.failure().isEmpty()).toList();
        if (!failed.isEmpty() && failed.size() == reports.size()) {
            return new State.Failed(
                    "client " + failed.get(0).client() + ": " + failed.get(0).failure());
        }
        List<String> remarks = new ArrayList<>();
        if (!failed.isEmpty()) {
            remarks.add("not through client " + failed.get(0).client() + ": "
                    + failed.get(0).failure());
        }
        DestinationOptions options = destination.options();
        if (!options.resourceTls().verify()) {
            remarks.add("the resource's certificate is not verified");
        }
        if (!options.sources().restricted() && !loopback(listening.address())) {
            remarks.add("open to everyone who reaches " + listening.address());
        }
        if (options.sourceHeaders().expected() && !options.sources().restricted()) {
            remarks.add("whoever reaches it is believed where it comes from");
        }
        return remarks.isEmpty() || !listening.cause().isEmpty()
                ? listening
                : new State.Listening(listening.address(), String.join("; ", remarks));
    }

    private static State cloud(Gateway gateway, List<Report> reports) {
        if (reports.isEmpty()) {
            return new State.Waiting("no client is attached to gateway " + gateway.id());
        }
        Report missing = null;
        State.Listening listening = null;
        for (Report report : reports) {
            PortReport port = report.port();
            if (port != null && port.word().equals("listening") && port.address() != null) {
                listening = listening == null ? new State.Listening(port.address(), port.cause()) : listening;
            } else if (missing == null && !cause(report).isEmpty()) {
                missing = report;
            }
        }
        if (listening != null) {
            return missing == null
                    ? listening
                    : new State.Listening(
                            listening.address(), "not at client " + missing.client() + ": " + cause(missing));
        }
        if (missing == null) {
            return new State.Waiting("the attached clients have not said yet whether they listen");
        }
        String cause = "client " + missing.client() + ": " + cause(missing);
        return switch (missing.port() == null ? "failed" : missing.port().word()) {
            case "failed" -> new State.Failed(cause);
            case "blocked" -> new State.Blocked(cause);
            default -> new State.Waiting(cause);
        };
    }

    private static String cause(Report report) {
        PortReport port = report.port(); // newer than a failure, and told anew with each change
        if (port == null) {
            return report.failure();
        }
        return port.cause().isEmpty() ? port.word() : port.cause();
    }

    private static boolean loopback(HostPort listening) {
        InetAddress address = literal(listening.host());
        return listening.host().equals("localhost") || (address != null && address.isLoopbackAddress());
    }

    /** {@return the address that a text is, null when it is a name; never asks a name server} */
    static @Nullable InetAddress literal(String host) {
        if (Cidr.ofLiteral(host) == null) {
            return null;
        }
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
