// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.api.door.DoorFile;

/** Which instance is meant when nobody says so: the one that this user runs, wherever it is. */
@Timeout(60)
class RunningInstancesTest {
    private static final String SECRET = "0123456789abcdef".repeat(4);

    @TempDir
    private Path temp;

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private String home;
    private Path running;

    @BeforeEach
    void aHomeOfItsOwn() {
        home = System.getProperty("user.home");
        System.setProperty("user.home", temp.toString());
        running = temp.resolve(".sallyport/running");
    }

    @AfterEach
    void close() throws Exception {
        System.setProperty("user.home", home);
        for (AutoCloseable each : toClose) {
            each.close();
        }
    }

    @Test
    void anInstanceThatWasStartedWithABaseIsFoundWithoutOne() throws IOException {
        Instance instance = open(temp.resolve("elsewhere"));

        InstanceList.add(instance);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(running)))
                .isEqualTo("rwx------");
        try (var socket = RunningInstances.choose(null, Map.of()).socket()) {
            assertThat(socket.isConnected()).isTrue();
        }
        InstanceList.remove();
        assertThat(running).isEmptyDirectory();
        assertNoneIsFound();
    }

    @Test
    void oneThatIsKnownByTwoNamesIsOne() throws IOException {
        Instance instance = open(Instance.home("server"));
        InstanceList.add(new Instance(Files.createSymbolicLink(temp.resolve("link"), instance.base())));

        RunningInstances.Door door = RunningInstances.choose(null, Map.of());
        door.socket().close();

        assertThat(door.instance()).isEqualTo(instance);
    }

    @Test
    void oneThatRunsAndOneThatIsStartingAreTwo() throws IOException {
        Instance open = open(temp.resolve("open"));
        InstanceList.add(open);
        Instance starting = new Instance(Instance.home("client"));
        starting.prepareForLock();
        long other = startedElsewhere();
        Files.writeString(InstanceLock.file(starting), other + "\n");

        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> RunningInstances.choose(null, Map.of()))
                .withMessage("two instances run: " + starting.base() + " and " + open.base()
                        + ". Say which one by --base DIR")
                .satisfies(refusal -> assertThat(refusal.exitCode()).isEqualTo(Sallyport.USAGE));
    }

    @Test
    void whatAKilledProcessLeftBehindIsRemoved() throws Exception {
        Process killed = new ProcessBuilder("true").start();
        assertThat(killed.waitFor(20, TimeUnit.SECONDS)).isTrue();
        Instance left = new Instance(temp.resolve("left"));
        left.prepareForLock();
        Files.writeString(InstanceLock.file(left), killed.pid() + "\n");
        Path stale = entry(killed.pid(), left.base().toString());
        Path reused = entry(ProcessHandle.current().pid(), left.base().toString());

        assertNoneIsFound();

        assertThat(stale).doesNotExist();
        assertThat(reused).doesNotExist();
    }

    @Test
    void rubbishInTheListIsPassedOver() throws IOException {
        entry(ProcessHandle.current().pid(), "no\0path");
        Files.writeString(running.resolve("readme"), "not an entry");
        Files.createDirectory(running.resolve("1"));

        assertNoneIsFound();
    }

    @Test
    void aListThatCannotBeWrittenKeepsNobodyFromStarting() throws IOException {
        Files.createDirectories(running.getParent());
        Files.writeString(running, "a file where the folder should be");

        InstanceList.add(open(temp.resolve("elsewhere")));
        InstanceList.remove();

        assertNoneIsFound();
    }

    private void assertNoneIsFound() {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> RunningInstances.choose(null, Map.of()))
                .withMessage("no instance runs in " + Instance.home("server").toAbsolutePath() + " or in "
                        + Instance.home("client").toAbsolutePath())
                .satisfies(refusal -> assertThat(refusal.exitCode()).isEqualTo(Sallyport.NOT_RUNNING));
    }

    private Path entry(long pid, String content) throws IOException {
        Files.createDirectories(running);
        return Files.writeString(running.resolve(Long.toString(pid)), content);
    }

    /** An instance of this process, with an open door. */
    private Instance open(Path base) throws IOException {
        Instance instance = new Instance(base);
        instance.prepareForLock();
        InstanceLock lock = InstanceLock.take(instance);
        toClose.add(lock::release);
        ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        toClose.add(listener);
        new DoorFile(listener.getLocalPort(), ProcessHandle.current().pid(), "server", SECRET).write(instance.run());
        return instance;
    }

    /** {@return the PID of a process that looks like one of ours and lives until the end of the test} */
    private long startedElsewhere() throws IOException {
        Process process = new ProcessBuilder("sh", "-c", "read sallyport").start();
        toClose.add(() -> {
            process.destroy();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        });
        return process.pid();
    }
}
