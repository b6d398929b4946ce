// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Shows the main job of the distribution on one machine: a server and a client as two processes, a gateway, an on-premises
 * and a cloud destination, and a request through each. Everything is ended, and its files removed, on Ctrl-C.
 */
final class Demo {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path sallyport;
    private final Path work;
    private final Deque<Process> started = new ArrayDeque<>();

    private Demo(Path distribution, Path work) {
        this.sallyport = distribution.resolve("bin/sallyport");
        this.work = work;
    }

    public static void main(String[] args) throws Exception {
        // the requests that prove something leave no connection open, which the end would wait for
        System.setProperty("jdk.httpclient.keepalive.timeout", "1");
        List<String> words = new ArrayList<>(List.of(args));
        Path distribution = Path.of(words.remove(0));
        boolean once = words.remove("--once");
        if (words.size() > 1 || words.stream().anyMatch(word -> !word.matches("\\[?[^\\s\\[\\]]+\\]?:[0-9]{1,5}"))) {
            System.err.println("demo/run: " + words + ": expected nothing, or one HOST:PORT to carry");
            System.exit(2);
        }
        Path work = Files.createTempDirectory("sallyport-demo-");
        Demo demo = new Demo(distribution, work);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            demo.end();
            ended.countDown();
        }));
        try {
            demo.show(words.isEmpty() ? null : words.get(0));
        } catch (IOException | IllegalStateException e) {
            System.err.println("demo/run: " + e.getMessage());
            System.exit(1);
        }
        if (!once) {
            System.out.println("\nCtrl-C ends all of it.");
            ended.await();
        }
        System.exit(0);
    }

    private void show(String own) throws Exception {
        HttpServer intranet = resource("the intranet");
        HttpServer cloud = resource("the cloud");
        int clientPort = freePort();
        Path token = work.resolve("token");

        BlockingQueue<String> server = start(
                "server",
                "--base", base("server"),
                "--set", "org.sallyport.server:tunnel.port=0",
                "--set", "org.sallyport.server:egress.allow=127.0.0.1:" + port(cloud));
        System.out.println("server   " + await(server, "ready: server"));

        String gateway = run("gateway:create demo");
        run("gateway:token " + gateway + " --file " + token);
        System.out.println("gateway  " + gateway + "  (its token is in " + token + ")");

        List<String> client = new ArrayList<>(List.of(
                "client",
                "--base", base("client"),
                "--token-file", token.toString(),
                "--allow", "127.0.0.1:" + port(intranet)));
        if (own != null) {
            client.addAll(List.of("--allow", own));
        }
        System.out.println("client   " + await(start(client.toArray(String[]::new)), "attached:"));
        String inside = created("destination:create " + gateway + " intranet --resource 127.0.0.1:" + port(intranet)
                + " --wait listening:30");
        String outside = created("destination:create " + gateway + " cloud --resource 127.0.0.1:" + port(cloud)
                + " --cloud --client-port " + clientPort + " --wait listening:30");

        System.out.println();
        prove("on-premises", "application -> " + inside + " (server) -> tunnel -> client -> 127.0.0.1:" + port(intranet), inside);
        prove("cloud", "application -> " + outside + " (client) -> tunnel -> server -> 127.0.0.1:" + port(cloud), outside);
        if (own != null) {
            String mine = created(
                    "destination:create " + gateway + " mine --resource " + own + " --wait listening:30");
            System.out.println("yours        connect to " + mine + "; it is carried to " + own);
        }

        System.out.println("\nTry next, in another terminal:");
        System.out.println("  curl http://" + inside + "/");
        System.out.println("  " + sallyport + " run --base " + base("server") + " 'destination:list; client:list'");
        System.out.println("  " + sallyport + " shell --base " + base("server"));
        System.out.println("  " + sallyport + " health --base " + base("client"));
    }

    private static HttpServer resource(String name) throws IOException {
        HttpServer resource = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        resource.createContext("/", exchange -> {
            byte[] body = ("hello from " + name + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        resource.start();
        return resource;
    }

    private static int port(HttpServer resource) {
        return resource.getAddress().getPort();
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private String base(String role) {
        return work.resolve(role).toString();
    }

    /** Starts a role and gives the lines of its standard output. */
    private BlockingQueue<String> start(String... words) throws IOException {
        // a terminal's Ctrl-C is for the demo, which ends them in order; a second signal would end them without
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "trap '' INT HUP; exec \"$0\" \"$@\"", sallyport.toString()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        synchronized (started) {
            started.push(process);
        }
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> {
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                out.lines().forEach(lines::add);
            } catch (IOException | UncheckedIOException e) {
                lines.add("its output ended: " + e.getMessage());
            }
            lines.add("it ended");
        });
        reader.setDaemon(true);
        reader.start();
        return lines;
    }

    private static String await(BlockingQueue<String> lines, String wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null || line.equals("it ended") || line.startsWith("refused:")) {
                throw new IllegalStateException("waited for '" + wanted + "' and got '" + line + "'");
            }
            if (line.startsWith(wanted)) {
                return line;
            }
        }
    }

    private String run(String commands) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(sallyport.toString(), "run", "--base", base("server"), commands)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output;
        try (InputStream out = process.getInputStream()) {
            output = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException("'" + commands + "' failed");
        }
        return output;
    }

    /** Creates a destination and gives the address where applications connect. */
    private String created(String command) throws IOException, InterruptedException {
        String[] words = run(command).split("\\s+");
        if (words.length < 2) {
            throw new IllegalStateException("'" + command + "' printed " + List.of(words) + ", expected ID ADDRESS:PORT");
        }
        return words[1];
    }

    private static void prove(String kind, String path, String address) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + address + "/"))
                                .timeout(Duration.ofSeconds(20))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        System.out.printf("%-12s %s%n             HTTP %d: %s%n", kind, path, response.statusCode(), response.body().strip());
        if (response.statusCode() != 200) {
            throw new IllegalStateException("expected HTTP 200");
        }
    }

    private void end() {
        synchronized (started) {
            started.forEach(Process::destroy); // together, or the second would wait for the first
            for (Process process : started) {
                try {
                    if (!process.waitFor(15, TimeUnit.SECONDS)) {
                        process.destroyForcibly();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
        try (Stream<Path> files = Files.walk(work)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println("demo/run: " + work + " was not removed: " + e.getMessage());
        }
    }
}
