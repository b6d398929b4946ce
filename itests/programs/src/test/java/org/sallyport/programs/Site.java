// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.sallyport.testkit.process.Distribution;
import org.sallyport.testkit.process.Instance;
import org.sallyport.testkit.process.Instance.Made;
import org.sallyport.testkit.process.Ports;

/**
 * A server and a client of the distribution, attached to it, which dial loopback. It is started when a test first asks
 * for it, serves all tests of the run, and ends after the last.
 */
final class Site implements AutoCloseable {
    /** Gives the one site to test methods and to what goes before them. */
    static final class Shared implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Site.class;
        }

        @Override
        public Site resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(Site.class))
                    .computeIfAbsent(Site.class, key -> new Site(), Site.class);
        }
    }

    private static final int LISTEN_PORTS = 200;

    private final Path folder;
    private final Instance server;
    private final Instance client;
    private final String gateway;

    private Site() {
        try {
            folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "site");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Distribution distribution = Distribution.unpack(made("distribution"));
        int first = Ports.block(LISTEN_PORTS);
        server = distribution.server(
                folder.resolve("server"),
                "--set",
                "org.sallyport.server:listen.ports=" + first + "-" + (first + LISTEN_PORTS - 1),
                "--set",
                "org.sallyport.server:egress.allow=127.0.0.1");
        try {
            gateway = server.gateway("programs");
            server.run("acl:allow " + gateway + " 127.0.0.1:");
            client = attached(distribution);
        } catch (AssertionError e) {
            server.close();
            throw e;
        }
    }

    private Instance attached(Distribution distribution) {
        Instance started = distribution.client(
                folder.resolve("client"), "--token-file", server.token(gateway).toString());
        try {
            started.program().awaitLine("attached: ");
        } catch (AssertionError e) {
            started.close();
            throw e;
        }
        return started;
    }

    private Path made(String name) {
        try {
            return Files.createDirectory(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Instance server() {
        return server;
    }

    /** {@return the end that dials the resource} */
    Instance egress(Way way) {
        return way == Way.CLOUD ? server : client;
    }

    /**
     * Makes a destination whose resource is on loopback, and waits until applications can connect.
     *
     * @param way in which direction
     * @param protocol as {@code --protocol} takes it
     * @param resource the resource's port
     * @param options more of {@code destination:create}
     * @param certificates what {@code destination:cert} does before, as in {@code issue localhost}
     * @return where applications connect
     */
    Made destination(Way way, String protocol, int resource, String options, String... certificates) {
        String cloud = way == Way.CLOUD && !options.contains("--client-port") ? " --client-port " + Ports.one() : "";
        Made made = server.destination(gateway + " " + protocol + " --protocol " + protocol + " --resource 127.0.0.1:"
                + resource + (way == Way.CLOUD ? " --cloud" : "") + cloud + " " + options);
        StringBuilder commands = new StringBuilder();
        for (String each : certificates) {
            commands.append("destination:cert ")
                    .append(made.id())
                    .append(' ')
                    .append(each)
                    .append("; ");
        }
        server.run(commands + "destination:show " + made.id() + " --wait listening:20");
        return made;
    }

    /** The same without options and certificates. */
    Made destination(Way way, String protocol, int resource) {
        return destination(way, protocol, resource, "");
    }

    /**
     * Writes the certificate of one of the server's CAs into a folder.
     *
     * @param any a destination
     * @param which {@code ingress}, for applications to trust, or {@code egress}, for resources
     */
    Path authority(Made any, String which, Path into) throws IOException {
        return Files.writeString(
                into.resolve(which + "-ca.pem"),
                server.run("destination:cert " + any.id() + " authority " + which) + "\n");
    }

    /** Ends both. Their directories stay, for who wants to read the logs; the distribution does not. */
    @Override
    public void close() throws IOException {
        client.close();
        server.close();
        try (Stream<Path> files = Files.walk(folder.resolve("distribution"))) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
