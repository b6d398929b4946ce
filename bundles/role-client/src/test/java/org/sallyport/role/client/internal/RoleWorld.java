// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.function.Consumer;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Registration;
import org.sallyport.api.config.ClientSettings;
import org.sallyport.api.config.LaunchOptions;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.api.pki.ClientIdentity;
import org.sallyport.api.pki.InvalidTokenException;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.TokenClaims;
import org.sallyport.api.pki.TokenReader;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelListener;
import org.sallyport.spi.TunnelTarget;
import org.sallyport.spi.TunnelTransport;
import org.sallyport.wire.control.AclEntry;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.DestinationConfig;
import org.sallyport.wire.control.Limits;

/** Everything around a client role, in one thread and without a socket. */
final class RoleWorld {
    static final GatewayId GATEWAY = new GatewayId("qsn47KM8iTa_local");
    static final GatewayId OTHER = new GatewayId("Bsn47KM8iTb_local");
    static final String PIN = "ab".repeat(32);

    final ManualSerial serial = new ManualSerial();
    final List<Event> events = new ArrayList<>();
    final List<FakeTunnel> tunnels = new ArrayList<>();
    final List<TunnelTarget> targets = new ArrayList<>();
    final List<Promise<Tunnel>> connects = new ArrayList<>();
    final FakePlane plane = new FakePlane();
    final Map<String, HostPort[]> addresses = new HashMap<>();
    final List<Consumer<Event>> subscribers = new ArrayList<>();
    boolean reachable = true;
    boolean manualConnects;
    String standardInput = "";
    Path ceiling;
    ClientRole role;

    final EventHub hub = new EventHub() {
        @Override
        public void publish(Event event) {
            events.add(event);
            subscribers.forEach(subscriber -> subscriber.accept(event));
        }

        @Override
        public Registration subscribe(Consumer<Event> subscriber) {
            subscribers.add(subscriber);
            return () -> subscribers.remove(subscriber);
        }

        @Override
        public Registration subscribeWithPast(Consumer<Event> subscriber) {
            throw new UnsupportedOperationException("no role asks");
        }

        @Override
        public long dropped() {
            return 0;
        }
    };

    final TunnelTransport transport = new TunnelTransport() {
        @Override
        public Future<Tunnel> connect(TunnelTarget target) {
            targets.add(target);
            Promise<Tunnel> made = ImmediateEventExecutor.INSTANCE.newPromise();
            connects.add(made);
            if (!manualConnects) {
                if (reachable) {
                    FakeTunnel tunnel = new FakeTunnel(target);
                    tunnels.add(tunnel);
                    made.setSuccess(tunnel);
                } else {
                    made.setFailure(new IOException("connection refused"));
                }
            }
            return made;
        }

        @Override
        public Future<TunnelListener> listen(
                InetSocketAddress address, KeyMaterial identity, Consumer<Tunnel> arrivals) {
            throw new UnsupportedOperationException("no role asks");
        }

        @Override
        public String description() {
            return "fake";
        }
    };

    final ClientIdentity identity = new ClientIdentity() {
        @Override
        public KeyMaterial material() {
            return null; // nobody here shakes hands
        }

        @Override
        public String fingerprint() {
            return "cd".repeat(32);
        }
    };

    /** Reads {@code token GATEWAY} and {@code descriptor GATEWAY}, where wanted followed by the server's name. */
    final TokenReader reader = token -> {
        String[] words = token.strip().split(" ", -1);
        if (words.length < 2) {
            throw new InvalidTokenException("this is no token: it is truncated");
        }
        return new TokenClaims(
                new GatewayId(words[1]),
                1,
                Instant.EPOCH,
                null,
                List.of(addresses.getOrDefault(words[1], new HostPort[] {new HostPort("server", 9000)})),
                words.length > 2 ? words[2] : "x.sallyport",
                PIN,
                words[0].equals("token"));
    };

    /** Makes the role with its parts and settings. */
    RoleWorld start(LaunchOptions launch, Map<String, String> settings) {
        make(launch, new Wishes(launch.allow(), null));
        parts();
        configure(settings);
        return this;
    }

    void make(LaunchOptions launch, Wishes wishes) {
        role = new ClientRole(
                new ClientRole.World(
                        serial,
                        new Random(7),
                        hub,
                        (tunnel, received) -> {
                            FakeTunnel fake = (FakeTunnel) tunnel;
                            fake.receiver = received;
                            return fake;
                        },
                        new TokenFiles(
                                new ByteArrayInputStream(standardInput.getBytes(StandardCharsets.UTF_8)),
                                Map.of(),
                                Runnable::run),
                        new CeilingFile(ceiling),
                        "workstation",
                        "1.2"),
                launch,
                wishes);
    }

    void parts() {
        for (Object part : List.of(transport, plane, identity, reader)) {
            role.partAdded(part);
        }
        serial.run();
    }

    void configure(Map<String, String> settings) {
        role.configure(ClientSettings.of(settings, new Properties()));
        serial.run();
    }

    /** With one token on standard input. */
    static RoleWorld withToken() {
        RoleWorld world = new RoleWorld();
        world.standardInput = "token " + GATEWAY;
        return world.start(launch(1, "-"), Map.of());
    }

    static LaunchOptions launch(int tunnels, String... files) {
        return new LaunchOptions(List.of(files), null, tunnels, List.of(), null);
    }

    FakeTunnel tunnel(int index) {
        if (index >= tunnels.size()) {
            throw new AssertionError("only " + tunnels.size() + " tunnels were made; events: " + events);
        }
        return tunnels.get(index);
    }

    /** The server says something. */
    void says(FakeTunnel tunnel, ControlMessage message) {
        tunnel.receiver.accept(message);
        serial.run();
    }

    void accepts(FakeTunnel tunnel, String client, Config config) {
        says(tunnel, new Attached(client, Limits.DEFAULT, List.of(), null, "1.2", List.of(), config));
    }

    void cuts(FakeTunnel tunnel, String reason) {
        tunnel.close(reason);
        serial.run();
    }

    <T extends Event> List<T> events(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    static String client(int number) {
        return GATEWAY.stem() + "_C0" + number;
    }

    static Config config(long revision, DestinationConfig... destinations) {
        return config(GATEWAY, revision, destinations);
    }

    static Config config(GatewayId gateway, long revision, DestinationConfig... destinations) {
        return new Config(
                revision,
                gateway.value(),
                "office",
                true,
                true,
                List.of(destinations),
                List.of(new AclEntry(true, "db", 5432, "")));
    }

    static DestinationConfig cloud(String suffix, int port) {
        return destination(suffix, DestinationConfig.CLOUD, port, List.of());
    }

    static DestinationConfig onPremises(String suffix) {
        return destination(suffix, DestinationConfig.ON_PREMISES, 15_000, List.of());
    }

    static DestinationConfig destination(String suffix, String direction, int port, List<String> needs) {
        return new DestinationConfig(
                GATEWAY.stem() + "_" + suffix,
                "to " + suffix,
                direction,
                "tcp",
                "db",
                5432,
                port,
                true,
                10_000,
                0,
                0,
                needs,
                Map.of());
    }

    static String id(String suffix) {
        return GATEWAY.stem() + "_" + suffix;
    }

    static Applied.Failure failure(String suffix, String text) {
        return new Applied.Failure(id(suffix), text);
    }
}
