// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private static final int LISTEN_PORTS = 100;

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
            client = distribution.client(
                    folder.resolve("client"),
                    "--token-file",
                    server.token(gateway).toString());
        } catch (AssertionError e) {
            server.close();
            throw e;
        }
        client.program().awaitLine("attached: ");
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

    Instance client() {
        return client;
    }

    /** {@return the end that applications connect to} */
    Instance ingress(Way way) {
        return way == Way.CLOUD ? client : server;
    }

    /** {@return the end that dials the resource} */
    Instance egress(Way way) {
        return way == Way.CLOUD ? server : client;
    }

    /**
     * Makes a destination whose resource is on loopback, and waits until applications can connect.
     *
     * @param way in which direction
     * @param protocol as {@code --protocol} takes it; one that shows no certificate
     * @param resource the resource's port
     * @param options more of {@code destination:create}
     * @return where applications connect
     */
    Made destination(Way way, String protocol, int resource, String... options) {
        return create(way, protocol, resource, "--wait listening " + String.join(" ", options));
    }

    /**
     * The same for a protocol that shows a certificate, which the server's own CA issues. Where applications have to show
     * one, too, {@link #application} has one for them.
     *
     * @param names what the certificate is for, with commas between
     */
    Made certified(Way way, String protocol, String names, int resource, String... options) {
        Made made = create(way, protocol, resource, String.join(" ", options));
        if (protocol.endsWith("-mutual")) {
            issue(made, "application", application(made));
        }
        server.run("destination:cert " + made.id() + " issue " + names + "; destination:show " + made.id()
                + " --wait listening");
        return made;
    }

    /** {@return the file with the key and the certificate that an application of a mutual destination shows} */
    Path application(Made made) {
        return folder.resolve(made.id() + ".pem");
    }

    /** Has a certificate for an application issued into a file. */
    void issue(Made made, String name, Path file) {
        server.run("destination:cert " + made.id() + " issue-client " + name + " --file " + file);
    }

    private Made create(Way way, String protocol, int resource, String options) {
        String cloud = way == Way.CLOUD ? " --cloud --client-port " + Ports.one() : "";
        return server.destination(gateway + " " + protocol + " --protocol " + protocol + " --resource 127.0.0.1:"
                + resource + cloud + " " + options);
    }

    /** {@return the CA, as PEM, that applications have to trust} */
    Path ingressAuthority(Made destination, Path folder) throws IOException {
        return Files.writeString(
                folder.resolve("ingress-ca.pem"),
                server.run("destination:cert " + destination.id() + " authority ingress") + "\n");
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
