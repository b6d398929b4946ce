// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.sallyport.api.HostPort;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.process.Program;

/** An outbound proxy that somebody else wrote, as a process on a free port of loopback that needs no rights. */
final class ProxyProcess implements AutoCloseable {
    static final String USER = "alice";
    static final String PASSWORD = "geheim";

    /** {@link #PASSWORD}, as the system's accounts keep it. */
    private static final String PASSWORD_HASH =
            "$6$sallyport$69hJEXJ2h5yP0JhSKzpCqFPwGl7tPJfG2jnv7ehZ7/uKC/KsSelz40K2FmRX8bySf6yRE88R7bXPVSxcrljAo/";

    private static final List<String> FOLDERS = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");

    private final Program program;
    private final int port;

    private ProxyProcess(String name, int port, Path directory, List<String> command) {
        this.port = port;
        program = Program.start(name, new ProcessBuilder(command).directory(directory.toFile()));
        Await.until(name + " listens, or has ended", () -> !program.alive() || listens());
        if (!program.alive()) {
            throw new AssertionError(name + " ended with " + program.awaitExit() + ": "
                    + String.join("\n", program.lines()) + program.errors());
        }
    }

    /**
     * An HTTP proxy that connects to one port only and wants credentials.
     *
     * @param directory for its configuration
     * @param allowed the port
     */
    static ProxyProcess http(Path directory, int allowed) throws IOException {
        String tinyproxy = find("tinyproxy", "HTTP proxies", "Debian's tinyproxy-bin");
        int port = Ports.free();
        Path configuration = Files.writeString(
                Files.createDirectories(directory).resolve("tinyproxy.conf"),
                """
                Port %d
                Listen 127.0.0.1
                Timeout 60
                MaxClients 20
                ConnectPort %d
                BasicAuth %s %s
                LogLevel Connect
                """
                        .formatted(port, allowed, USER, PASSWORD));
        return new ProxyProcess("tinyproxy", port, directory, List.of(tinyproxy, "-d", "-c", configuration.toString()));
    }

    /**
     * A SOCKS proxy, of versions 4 and 5, that connects to every port but one.
     *
     * @param directory for its configuration
     * @param forbidden the port
     */
    static ProxyProcess socks(Path directory, int forbidden) throws IOException {
        String danted = find("danted", "SOCKS proxies", "Debian's dante-server");
        int port = Ports.free();
        return new ProxyProcess("danted", port, directory, dante(danted, directory, port, forbidden, "none"));
    }

    /**
     * The same for SOCKS 5 with a password. It knows the accounts of the system only, so it is given others in a mount
     * namespace of its own, which a user without rights may make where the system allows that.
     */
    static ProxyProcess socksWithPassword(Path directory, int forbidden) throws IOException {
        String danted = find("danted", "SOCKS proxies", "Debian's dante-server");
        boolean root = "root".equals(System.getProperty("user.name"));
        List<String> command = new ArrayList<>(
                List.of(find("unshare", "SOCKS proxies with passwords", "Debian's util-linux"), root ? "-m" : "-rm"));
        List<String> attempt = new ArrayList<>(command);
        attempt.add("true");
        if (Program.start("unshare", new ProcessBuilder(attempt)).awaitExit() != 0) {
            skip("SOCKS proxies with passwords", "the right to make mount namespaces");
        }
        int port = Ports.free();
        List<String> proxy = dante(danted, directory, port, forbidden, "username");
        String accounts = "root:x:0:0::/:/bin/false\n" + USER + ":x:4242:4242::/:/bin/false\n";
        String passwords = "root:*:19000::::::\n" + USER + ":" + PASSWORD_HASH + ":19000::::::\n";
        Files.writeString(directory.resolve("passwd"), accounts);
        Files.writeString(directory.resolve("shadow"), passwords);
        command.addAll(List.of(
                "/bin/sh",
                "-c",
                "mount --bind passwd /etc/passwd && mount --bind shadow /etc/shadow && exec \"$@\"",
                "danted"));
        command.addAll(proxy);
        return new ProxyProcess("danted", port, directory, command);
    }

    private static List<String> dante(String danted, Path directory, int port, int forbidden, String method)
            throws IOException {
        Path configuration = Files.writeString(
                Files.createDirectories(directory).resolve("danted.conf"),
                """
                logoutput: stderr
                internal: 127.0.0.1 port = %d
                external: 127.0.0.1
                clientmethod: none
                socksmethod: %s
                %s
                client pass { from: 127.0.0.0/8 to: 0.0.0.0/0
                }
                socks block { from: 127.0.0.0/8 to: 127.0.0.0/8 port = %d
                }
                socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0
                    command: connect
                }
                """
                        .formatted(
                                port,
                                method,
                                method.equals("none") ? "" : "user.privileged: root\nuser.unprivileged: root",
                                forbidden));
        return List.of(
                danted,
                "-f",
                configuration.toString(),
                "-p",
                directory.resolve("pid").toString());
    }

    /** {@return the address as the client's setting takes it} */
    String as(String kind) {
        return kind + "://" + new HostPort("127.0.0.1", port);
    }

    private boolean listens() {
        try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return probe.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static String find(String program, String what, String needs) {
        return Stream.concat(FOLDERS.stream(), Stream.of(System.getenv("PATH").split(":", -1)))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(() -> skip(what, needs))
                .toString();
    }

    private static Path skip(String what, String needs) {
        String sentence = "tunnels through " + what + " of others are NOT tested: it needs " + needs;
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(sentence);
        }
        System.err.println(sentence);
        return abort(sentence);
    }

    /** Ends it, and with it what it carried. */
    @Override
    public void close() {
        program.close();
    }
}
