// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.service.DestinationView;
import org.sallyport.testkit.fault.FaultProxy;
import org.sallyport.testkit.resource.Resource;

/**
 * Where a test takes place: a server with the gateway "office" and a resource of that name, and whatever else it asks for.
 * All of it ends with the test, what came last first.
 */
final class Site implements BeforeEachCallback, AfterEachCallback {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Supplier<Map<Class<?>, Object>> services;
    private Path directory;
    private ServerNode server;
    private Resource resource;
    private GatewayId gateway;
    private String token;

    Site() {
        this(Map::of);
    }

    /**
     * @param services what each of its nodes is to use instead of what the bundles offer; closed after the node
     */
    Site(Supplier<Map<Class<?>, Object>> services) {
        this.services = services;
    }

    private Map<Class<?>, Object> given() {
        Map<Class<?>, Object> given = services.get();
        for (Object each : given.values()) {
            if (each instanceof AutoCloseable closing) {
                ending(closing);
            }
        }
        return given;
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        directory = Files.createTempDirectory("site");
        server = ending(new ServerNode(directory.resolve("server"), Map.of(), given()));
        resource = ending(Named.resource("office"));
        gateway = server.gateway("office");
        token = server.token(gateway);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** {@return a directory that goes with the test} */
    Path directory() {
        return directory;
    }

    ServerNode server() {
        return server;
    }

    /** {@return the resource that is called office} */
    Resource resource() {
        return resource;
    }

    GatewayId gateway() {
        return gateway;
    }

    String token() {
        return token;
    }

    /** {@return a client that was started and attached to nothing} */
    ClientNode client(String name) {
        return client(name, Map.of());
    }

    ClientNode client(String name, Map<String, String> settings) {
        return ending(new ClientNode(directory.resolve(name), settings, given()));
    }

    /** {@return another server} */
    ServerNode server(String name) {
        return ending(new ServerNode(directory.resolve(name), Map.of(), given()));
    }

    /** Stops the server and starts it again, with its state and other settings, and waits until it is ready. */
    void restartServer(Map<String, String> settings) {
        open.remove(server);
        server.close();
        server = ending(new ServerNode(directory.resolve("server"), settings, given()));
        server.tunnel();
    }

    /** Stops a client before the test ends. */
    void stop(ClientNode client) {
        open.remove(client);
        client.close();
    }

    /** {@return a network before the server, which does harm on demand} */
    FaultProxy network() {
        return ending(FaultProxy.before(server.tunnel()));
    }

    /** {@return an on-premises destination to a resource, which the gateway's ACL allows; it listens once a client is there} */
    DestinationView inward(Resource to) {
        server.allow(gateway, to.address());
        return server.onPremises(gateway, "inward", to.address());
    }

    /** Waits for the listener of an on-premises destination. */
    HostPort listening(DestinationView destination) {
        return ServerNode.local(server.await(destination, "listening").listen());
    }

    /** Has it closed at the end of the test. */
    <T extends AutoCloseable> T ending(T closing) {
        open.push(closing);
        return closing;
    }
}
