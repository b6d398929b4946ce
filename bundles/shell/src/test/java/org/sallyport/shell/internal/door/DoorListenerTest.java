// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.door;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.api.ClientId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.door.DoorFile;
import org.sallyport.api.door.DoorFrame;
import org.sallyport.api.door.DoorHello;
import org.sallyport.api.health.HealthCheck;
import org.sallyport.api.service.AttachmentService;
import org.sallyport.api.service.Outcome;
import org.sallyport.shell.internal.FakeServer;
import org.sallyport.shell.internal.FakeServices;
import org.sallyport.shell.internal.KarafSessions;

/** The door as callers meet it, with Karaf's real shell behind it. */
@Timeout(30)
final class DoorListenerTest {
    private final FakeServer server = new FakeServer();
    private final FakeServices services = FakeServices.of(server);
    private final KarafSessions karaf = new KarafSessions(services);

    @TempDir
    Path run;

    @TempDir
    Path callers;

    private @Nullable DoorListener door;

    @BeforeEach
    void open() throws IOException {
        System.setProperty("karaf.history", callers.resolve("history").toString());
        System.setProperty("karaf.etc", callers.toString());
        door = open(400);
    }

    private DoorListener open(long helloMillis) throws IOException {
        return open(new ServerSocket(), helloMillis);
    }

    private DoorListener open(ServerSocket socket, long helloMillis) throws IOException {
        return DoorListener.open(
                socket,
                run,
                "server",
                helloMillis,
                new SecureRandom(),
                Map.of(
                        DoorHello.Mode.RUN, new RunMode(karaf.factory),
                        DoorHello.Mode.SHELL, new ShellMode(karaf.factory, "server"),
                        DoorHello.Mode.HEALTH, new HealthMode(services)));
    }

    @AfterEach
    void close() {
        if (door != null) {
            door.close();
        }
        karaf.close();
        System.clearProperty("karaf.history");
        System.clearProperty("karaf.etc");
    }

    @Test
    void commandsRunOneAfterTheOther() throws IOException {
        try (Caller caller = run("gateway:create Warehouse; gateway:token " + FakeServer.GATEWAY + "\ngateway:list")) {
            assertThat(caller.code()).isZero();
            assertThat(caller.out()).startsWith("qsn47KM8iTa_local\n" + FakeServer.TOKEN + "\nID  ");
            assertThat(caller.err()).isEmpty();
        }
    }

    @Test
    void theFirstThatFailsIsTheLast() throws IOException {
        try (Caller caller = run("gateway:delete nonsense; gateway:list")) {
            assertThat(caller.code()).isEqualTo(1);
            assertThat(caller.out()).isEmpty();
            assertThat(caller.err())
                    .startsWith("gateway:delete: 'nonsense' is not a gateway ID")
                    .hasLineCount(1);
            assertThat(server.asked).isEmpty();
        }
    }

    @Test
    void anUnknownCommandIsSaidToBeOne() throws IOException {
        try (Caller caller = run("gatway:list")) {
            assertThat(caller.code()).isEqualTo(1);
            assertThat(caller.err()).isEqualTo("Command not found: gatway:list; help lists all commands\n");
        }
    }

    @Test
    void anOpenQuoteIsRefusedBeforeAnythingRuns() throws IOException {
        try (Caller caller = run("gateway:list; gateway:create 'x")) {
            assertThat(caller.code()).isEqualTo(1);
            assertThat(caller.err()).contains("ends too early");
            assertThat(server.asked).isEmpty();
        }
    }

    @Test
    void relativeFilesAreTheCallers() throws IOException {
        Files.writeString(callers.resolve("ü.acl"), "allow db:5432\n");

        try (Caller caller = run("acl:load " + FakeServer.GATEWAY + " ü.acl")) {
            assertThat(caller.err()).isEmpty();
            assertThat(caller.out()).isEqualTo("rules: 1\n");
        }
    }

    @Test
    void umlautsGoBothWays() throws IOException {
        try (Caller caller = run("echo 'Größe €'")) {
            assertThat(caller.out()).isEqualTo("Größe €\n");
        }
    }

    @Test
    void karafsOwnCommandsComeWithoutColours() throws IOException {
        try (Caller caller = run("help gateway:list; help help")) {
            assertThat(caller.out()).contains("gateway:list").doesNotContain("\u001b");
        }
    }

    @Test
    void aCommandThatReadsInputAsksForIt() throws IOException {
        try (Caller caller = new Caller(hello(DoorHello.Mode.RUN, "grep one"))) {
            assertThat(caller.next().type()).isEqualTo(DoorFrame.ASK);
            caller.type("one\ntwo\n");
            caller.send(new DoorFrame(DoorFrame.IN, new byte[0]));

            assertThat(caller.code()).isZero();
            assertThat(caller.out()).contains("one").doesNotContain("two");
        }
    }

    @Test
    void aTokenComesFromTheCallersInput() throws IOException {
        List<String> attached = attachments();
        try (Caller caller = new Caller(hello(DoorHello.Mode.RUN, "tunnel:attach --token-file -"))) {
            assertThat(caller.next().type()).isEqualTo(DoorFrame.ASK);
            caller.type(FakeServer.TOKEN + "\n");

            assertThat(caller.code()).isZero();
            assertThat(attached).containsExactly(FakeServer.TOKEN);
        }
    }

    @Test
    void aTokenComesFromTheCallersEnvironmentWhenACommandNeedsIt() throws IOException {
        List<String> attached = attachments();
        try (Caller caller = new Caller(hello(DoorHello.Mode.RUN, "tunnel:attach"))) {
            assertThat(caller.next().type()).isEqualTo(DoorFrame.ASK_TOKEN);
            caller.send(new DoorFrame(DoorFrame.TOKEN, FakeServer.TOKEN.getBytes(UTF_8)));

            assertThat(caller.code()).isZero();
            assertThat(attached).containsExactly(FakeServer.TOKEN);
        }
        try (Caller caller = new Caller(hello(DoorHello.Mode.RUN, "tunnel:attach"))) {
            assertThat(caller.next().type()).isEqualTo(DoorFrame.ASK_TOKEN);
            caller.send(new DoorFrame(DoorFrame.TOKEN, new byte[0]));

            assertThat(caller.code()).isOne();
            assertThat(caller.err())
                    .contains("--token-file FILE is missing, and there is no token in $SALLYPORT_TOKEN");
        }
    }

    /** Makes this a client; {@return the tokens that it is asked to attach with} */
    private List<String> attachments() {
        List<String> tokens = new CopyOnWriteArrayList<>();
        services.attachments = new AttachmentService() {
            @Override
            public CompletionStage<Outcome<List<ClientId>>> attach(
                    String token, int tunnels, @Nullable HostPort server) {
                tokens.add(token);
                return CompletableFuture.completedFuture(Outcome.of(List.of(new ClientId(FakeServer.CLIENT))));
            }

            @Override
            public CompletionStage<Outcome<Integer>> detachAll(GatewayId gateway) {
                throw new UnsupportedOperationException("nobody detaches");
            }

            @Override
            public CompletionStage<Outcome<ClientId>> detach(ClientId client) {
                throw new UnsupportedOperationException("nobody detaches");
            }

            @Override
            public List<Attachment> attachments() {
                return List.of();
            }
        };
        return tokens;
    }

    @Test
    void aCallerWhoGoesAwayInterruptsTheCommand() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        services.checks.add(new HealthCheck() {
            @Override
            public String name() {
                return "slow";
            }

            @Override
            public Health check() {
                begun.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    ended.complete(true);
                }
                return Health.good("");
            }
        });

        Caller caller = new Caller(hello(DoorHello.Mode.RUN, "sallyport:health"));
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        caller.close();

        assertThat(ended.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void healthIsALineACheckAndACode() throws IOException {
        try (Caller caller = new Caller(hello(DoorHello.Mode.HEALTH, ""))) {
            assertThat(caller.code()).isEqualTo(1);
            assertThat(caller.out()).startsWith("role: not ok nothing to check");
        }
        services.checks.add(new HealthCheck() {
            @Override
            public String name() {
                return "registry";
            }

            @Override
            public Health check() {
                return Health.good("2 gateways");
            }
        });
        try (Caller caller = new Caller(hello(DoorHello.Mode.HEALTH, ""))) {
            assertThat(caller.code()).isZero();
            assertThat(caller.out()).isEqualTo("registry: ok 2 gateways\n");
        }
    }

    @Test
    void aPersonTypesCompletesInterruptsAndLeaves() throws IOException {
        try (Caller caller = new Caller(hello(DoorHello.Mode.SHELL, ""))) {
            caller.until("Sallyport server. Tab completes");
            caller.until("sallyport server> ");
            caller.type("gateway:sh\t");
            caller.until("gateway:show ");
            caller.type(FakeServer.GATEWAY.substring(0, 5) + "\t");
            caller.until(FakeServer.GATEWAY + " ");
            caller.type("\r");
            caller.until("Warehouse");
            caller.until("sallyport server> ");
            caller.type("gateway:show nonsense\r");
            caller.until("is not a gateway ID");
            caller.until("sallyport server> ");
            // completed means that the line is being edited: before that the interrupt would be nobody's
            caller.type("gateway:li\t");
            caller.until("gateway:list ");
            caller.type("\u0003");
            caller.until("sallyport server> ");
            caller.send(DoorFrame.size(200, 50));
            caller.type("echo $COLUMNS\r");
            caller.until("\n200\r\n");
            caller.type("\u0004");
            assertThat(caller.code()).isZero();
        }
        assertThat(server.asked).contains("show qsn47KM8iTa_local");
    }

    @Test
    void ctrlCInterruptsTheCommandThatRuns() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        services.gateways = null;
        services.checks.add(new HealthCheck() {
            @Override
            public String name() {
                return "slow";
            }

            @Override
            public Health check() {
                begun.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    return Health.good("interrupted");
                }
                return Health.bad("never");
            }
        });
        try (Caller caller = new Caller(hello(DoorHello.Mode.SHELL, ""))) {
            caller.until("sallyport server> ");
            caller.type("sallyport:health\r");
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            caller.type("\u0003");
            caller.until("sallyport server> ");
            caller.type("echo still here\r");
            caller.until("\nstill here");
        }
    }

    @Test
    void aWrongSecretIsShutOutWithoutAWord() throws IOException {
        DoorFrame wrong = new DoorHello(DoorHello.Mode.RUN, "/", 0, 0, "", "gateway:list").frame("0".repeat(64));
        try (Caller caller = new Caller(wrong)) {
            assertThat(caller.rest()).isEmpty();
        }
        assertThat(server.asked).isEmpty();
    }

    @Test
    void noiseIsShutOutWithoutAWord() throws IOException {
        for (String noise : List.of("GET / HTTP/1.1\r\n\r\n", "\u0000\u0000\u0000\u0000", "\u007fxxx".repeat(1000))) {
            try (Caller caller = new Caller(null)) {
                caller.raw(noise.getBytes(UTF_8));
                assertThat(caller.rest()).isEmpty();
            }
        }
    }

    @Test
    void whoSaysNothingOrSpeaksTooSlowlyIsShutOut() throws IOException {
        byte[] good = frameBytes(hello(DoorHello.Mode.HEALTH, ""));
        try (Caller silent = new Caller(null);
                Caller slow = new Caller(null)) {
            slow.raw(Arrays.copyOf(good, 60));
            assertThat(silent.rest()).isEmpty();
            assertThat(slow.rest()).isEmpty();
        }
    }

    @Test
    void aCrowdOfStrangersDoesNotKeepCallersOutForLong() throws IOException {
        List<Socket> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                crowd.add(new Socket(InetAddress.getLoopbackAddress(), file().port()));
            }
            for (Socket stranger : crowd) {
                stranger.setSoTimeout(5000);
                assertThat(stranger.getInputStream().read()).isNegative(); // all of them are shut out
            }
            try (Caller caller = run("echo through")) {
                assertThat(caller.out()).isEqualTo("through\n");
            }
        } finally {
            for (Socket stranger : crowd) {
                stranger.close();
            }
        }
    }

    @Test
    void strangersWhoStayDoNotKeepCallersOut() throws IOException {
        door.close();
        door = open(60_000);
        List<Socket> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                crowd.add(new Socket(InetAddress.getLoopbackAddress(), file().port()));
            }
            try (Caller caller = run("echo through")) {
                assertThat(caller.out()).isEqualTo("through\n");
            }
        } finally {
            for (Socket stranger : crowd) {
                stranger.close();
            }
        }
    }

    @Test
    void aFailureToAcceptPasses() throws IOException {
        door.close();
        AtomicInteger failures = new AtomicInteger(2);
        door = open(
                new ServerSocket() {
                    @Override
                    public Socket accept() throws IOException {
                        if (failures.getAndDecrement() > 0) {
                            throw new SocketException("Too many open files");
                        }
                        return super.accept();
                    }
                },
                400);
        try (Caller caller = run("echo through")) {
            assertThat(caller.out()).isEqualTo("through\n");
        }
    }

    @Test
    void tooManyCallersAreToldSo() throws IOException {
        List<Caller> inside = new ArrayList<>();
        try {
            for (int i = 0; i < 16; i++) {
                Caller caller = new Caller(hello(DoorHello.Mode.SHELL, ""));
                inside.add(caller);
                caller.until("> ");
            }
            try (Caller caller = run("echo through")) {
                assertThat(caller.code()).isEqualTo(1);
                assertThat(caller.err()).startsWith("16 callers are inside already");
            }
        } finally {
            for (Caller caller : inside) {
                caller.close();
            }
        }
    }

    @Test
    void closingRemovesTheFileAndEndsWhoIsInside() throws IOException {
        try (Caller caller = new Caller(hello(DoorHello.Mode.SHELL, ""))) {
            caller.until("sallyport server> ");
            int port = file().port();

            door.close();

            caller.rest();
            assertThatThrownBy(this::file).isInstanceOf(NoSuchFileException.class);
            assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                    .isInstanceOf(IOException.class);
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("sallyport-door"));
    }

    @Test
    void everyStartHasASecretOfItsOwn() throws IOException {
        String first = file().secret();
        door.close();
        door = open(400);

        assertThat(file().secret()).isNotEqualTo(first);
        assertThat(file().pid()).isEqualTo(ProcessHandle.current().pid());
    }

    private DoorFile file() throws IOException {
        return DoorFile.read(run);
    }

    private DoorFrame hello(DoorHello.Mode mode, String commands) throws IOException {
        return new DoorHello(mode, callers.toString(), 100, 30, "xterm", commands).frame(file().secret());
    }

    private Caller run(String commands) throws IOException {
        return new Caller(hello(DoorHello.Mode.RUN, commands));
    }

    private static byte[] frameBytes(DoorFrame frame) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        frame.write(bytes);
        return bytes.toByteArray();
    }

    /** The launcher's side, as far as a test needs it. */
    private final class Caller implements AutoCloseable {
        private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), file().port());
        private final DataInputStream in;
        private final OutputStream out;
        private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
        private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
        private int seen;
        private int code = -1;

        Caller(@Nullable DoorFrame first) throws IOException {
            socket.setSoTimeout(10_000);
            in = new DataInputStream(socket.getInputStream());
            out = socket.getOutputStream();
            if (first != null) {
                send(first);
            }
        }

        void send(DoorFrame frame) throws IOException {
            frame.write(out);
        }

        void type(String text) throws IOException {
            send(new DoorFrame(DoorFrame.IN, text.getBytes(UTF_8)));
        }

        void raw(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        DoorFrame next() throws IOException {
            DoorFrame frame = DoorFrame.read(in);
            switch (frame.type()) {
                case DoorFrame.OUT -> shown.write(frame.payload());
                case DoorFrame.ERR -> errors.write(frame.payload());
                case DoorFrame.EXIT -> code = frame.exitCode();
                default -> {
                    // the test looks at it
                }
            }
            return frame;
        }

        /** Reads until a text was shown, whatever its colours, that was not looked at before. */
        void until(String text) throws IOException {
            int at = plain().indexOf(text, seen);
            while (at < 0) {
                try {
                    next();
                } catch (IOException e) {
                    throw new AssertionError("'" + text + "' was not shown in: " + plain().substring(seen), e);
                }
                at = plain().indexOf(text, seen);
            }
            seen = at + text.length();
        }

        private String plain() {
            return shown.toString(UTF_8).replaceAll("\u001b(\\[[0-9;?]*[A-Za-z]|[=>])", "");
        }

        int code() throws IOException {
            while (code < 0) {
                next();
            }
            return code;
        }

        String out() throws IOException {
            code();
            return shown.toString(UTF_8);
        }

        String err() throws IOException {
            code();
            return errors.toString(UTF_8);
        }

        /** {@return whatever still comes before the connection ends} */
        byte[] rest() throws IOException {
            try {
                return in.readAllBytes();
            } catch (SocketException e) {
                return new byte[0]; // reset, because something that we sent was not read
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
