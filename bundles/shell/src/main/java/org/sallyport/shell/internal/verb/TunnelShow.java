// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.config.SettingKey;
import org.sallyport.api.service.LimitView;
import org.sallyport.api.service.Refusal;
import org.sallyport.api.service.TunnelView;

final class TunnelShow implements Verb {
    private static final Argument CLIENT = Argument.optional(
            "CLIENT", "the client's ID, as tunnel:list shows it; without it limits only", Completion.TUNNELS);

    /**
     * What is shown.
     *
     * @param tunnel null when none was asked for
     * @param limits in force: those that hold for the tunnel, and those of the process
     */
    private record Shown(@Nullable TunnelView tunnel, List<LimitView> limits) {}

    @Override
    public Syntax syntax() {
        return Syntax.of(
                        "tunnel",
                        "show",
                        "Shows a tunnel of this end, and all limits in force with what is used of them.")
                .with(CLIENT)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        String id = call.given().textOrNull(CLIENT);
        TunnelView tunnel = id == null ? null : tunnel(call.services(), Ids.client(id));
        Map<String, LimitView> limits = new HashMap<>();
        call.services().limits().forEach(limit -> limits.put(limit.key(), limit));
        if (tunnel != null) {
            tunnel.limits().forEach(limit -> limits.put(limit.key(), limit));
        }
        List<LimitView> inForce = LimitSettings.KEYS.stream()
                .map(SettingKey::name)
                .filter(limits::containsKey)
                .map(limits::get)
                .toList();
        call.show(new Shown(tunnel, inForce), TunnelShow::text);
    }

    private static TunnelView tunnel(Services services, ClientId id) {
        // one that was replaced is there until its streams have ended
        return services.tunnels().stream()
                .flatMap(service -> service.tunnels().stream())
                .filter(tunnel -> tunnel.client().equals(id.value()))
                .min(Comparator.comparing(tunnel -> tunnel.state().equals("draining")))
                .orElseThrow(() -> Refusal.notFound(
                        "there is no tunnel of client " + id + "; tunnel:list shows those that there are"));
    }

    private static String text(Shown shown) {
        TunnelView tunnel = shown.tunnel();
        String limits = Table.<LimitView>of(
                        limit -> List.of(limit.key(), LimitText.most(limit), LimitText.used(limit)),
                        "Limit",
                        "In force",
                        "In use")
                .text(shown.limits(), "Nobody keeps limits; the bundles that do are just starting.");
        return tunnel == null ? limits : lines(tunnel) + "\n" + limits;
    }

    private static String lines(TunnelView tunnel) {
        return new Lines()
                .with("Client", tunnel.client())
                .with("Gateway", tunnel.gateway())
                .with("State", tunnel.state())
                .with("Remote", tunnel.remote())
                .with("Key", tunnel.key())
                .with("TLS", tunnel.tls())
                .with("Transport", tunnel.transport())
                .with("Since", tunnel.since())
                .with("Round trip", ClientText.rtt(tunnel.rttMillis()))
                .with("Streams", tunnel.streams())
                .with("Sent", tunnel.bytesSent())
                .with("Received", tunnel.bytesReceived())
                .with("Held", LimitText.bytes(tunnel.heldBytes()))
                .with("Features", tunnel.features().isEmpty() ? "none" : String.join(", ", tunnel.features()))
                .toString();
    }
}
