// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.api.door.DoorFile;
import org.sallyport.api.door.DoorFrame;
import org.sallyport.api.door.DoorHello;

@Timeout(20)
class DoorClientTest {
    private static final String SECRET = "0123456789abcdef".repeat(4);

    @TempDir
    private Path temp;

    private ServerSocket listener;
    private Instance instance;
    private InstanceLock lock;

    @BeforeEach
    void a_door_listens() throws IOException {
        listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        instance = new Instance(temp.resolve("base"));
        Files.createDirectories(instance.run());
        lock = InstanceLock.take(instance);
        new DoorFile(listener.getLocalPort(), ProcessHandle.current().pid(), "server", SECRET).write(instance.run());
    }

    @AfterEach
    void it_closes() throws IOException {
        listener.close();
        lock.release();
    }

    @Test
    void the_exit_code_is_the_instances() throws Exception {
        CompletableFuture<DoorHello> heard = CompletableFuture.supplyAsync(this::answerWithExit7);

        int code = DoorClient.call(
                new CommandLine.Door(DoorHello.Mode.RUN, instance.base().toString(), "gateway:list"));

        DoorHello hello = heard.get(10, TimeUnit.SECONDS);
        assertThat(code).isEqualTo(7);
        assertThat(hello.mode()).isEqualTo(DoorHello.Mode.RUN);
        assertThat(hello.commands()).isEqualTo("gateway:list");
        assertThat(hello.directory()).isEqualTo(System.getProperty("user.dir"));
    }

    @Test
    void the_token_of_the_environment_is_given_to_who_asks_for_it() throws Exception {
        CompletableFuture<String> given = CompletableFuture.supplyAsync(() -> {
            try (Socket socket = listener.accept()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                DoorHello.read(in, SECRET);
                new DoorFrame(DoorFrame.ASK_TOKEN, new byte[0]).write(socket.getOutputStream());
                DoorFrame answer = DoorFrame.read(in);
                DoorFrame.exit(answer.type()).write(socket.getOutputStream());
                return new String(answer.payload(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });

        int code = DoorClient.call(
                new CommandLine.Door(DoorHello.Mode.RUN, instance.base().toString(), "tunnel:attach"),
                Map.of("SALLYPORT_TOKEN", "abc.def.ghi"));

        assertThat(code).isEqualTo(DoorFrame.TOKEN);
        assertThat(given.get(10, TimeUnit.SECONDS)).isEqualTo("abc.def.ghi");
    }

    @Test
    void a_door_that_a_killed_instance_left_behind_is_not_opened() throws Exception {
        Process killed = new ProcessBuilder("true").start();
        killed.waitFor();
        Files.writeString(instance.run().resolve("lock"), killed.pid() + "\n");
        new DoorFile(listener.getLocalPort(), killed.pid(), "server", SECRET).write(instance.run());

        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> DoorClient.call(
                        new CommandLine.Door(DoorHello.Mode.RUN, instance.base().toString(), "gateway:list")))
                .satisfies(refusal -> assertThat(refusal.exitCode()).isEqualTo(Sallyport.NOT_RUNNING));
    }

    @Test
    void an_instance_that_goes_away_in_the_middle_is_a_failure() throws Exception {
        CompletableFuture<Void> gone = CompletableFuture.runAsync(() -> {
            try (Socket socket = listener.accept()) {
                DoorHello.read(new DataInputStream(socket.getInputStream()), SECRET);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });

        int code = DoorClient.call(
                new CommandLine.Door(DoorHello.Mode.HEALTH, instance.base().toString(), ""));

        gone.get(10, TimeUnit.SECONDS);
        assertThat(code).isEqualTo(Sallyport.FAILED);
    }

    @Test
    void no_instance_is_refused_with_the_place_that_was_looked_at() {
        Path empty = temp.resolve("empty");

        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> RunningInstances.choose(empty.toString(), Map.of()))
                .withMessage("no instance runs in " + empty)
                .satisfies(refusal -> assertThat(refusal.exitCode()).isEqualTo(Sallyport.NOT_RUNNING));
    }

    @Test
    void a_door_that_a_killed_instance_left_is_no_instance() throws IOException {
        listener.close();

        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> RunningInstances.choose(instance.base().toString(), Map.of()))
                .satisfies(refusal -> assertThat(refusal.exitCode()).isEqualTo(Sallyport.NOT_RUNNING));
    }

    private DoorHello answerWithExit7() {
        try (Socket socket = listener.accept()) {
            DoorHello hello = DoorHello.read(new DataInputStream(socket.getInputStream()), SECRET);
            new DoorFrame(99, new byte[3]).write(socket.getOutputStream());
            DoorFrame.exit(7).write(socket.getOutputStream());
            return hello;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
