// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.door.DoorFile;

/** Finds the instance that a command is meant for. */
final class RunningInstances {
    /** How long an instance that is just starting is waited for. */
    private static final long STARTING_SECONDS = 20;

    private static final int CONNECT_MILLIS = 3000;

    private RunningInstances() {}

    /** An open connection to an instance's door. */
    record Door(Instance instance, DoorFile file, Socket socket) {}

    /**
     * Opens the door of the one instance that is meant: the option, else the environment, else the one that runs, in a
     * usual place or in one that the user's list names.
     *
     * @throws Refusal if none runs, or two do, though they may be starting still
     */
    static Door choose(@Nullable String option, Map<String, String> environment) throws IOException {
        if (option != null || !environment.getOrDefault("SALLYPORT_BASE", "").isEmpty()) {
            return await(List.of(Instance.of(option, "", environment)));
        }
        List<Instance> places = new ArrayList<>(
                List.of(Instance.of(null, "server", environment), Instance.of(null, "client", environment)));
        for (Instance listed : InstanceList.read()) {
            long holder = InstanceLock.holder(listed);
            // one process is one instance, by whatever names its directory is known
            if (places.stream().noneMatch(place -> InstanceLock.holder(place) == holder)) {
                places.add(listed);
            }
        }
        return await(places);
    }

    private static Door await(List<Instance> places) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STARTING_SECONDS);
        while (true) {
            // asked before the doors are tried: an instance that opened its door in between is not overlooked
            List<Instance> alive =
                    places.stream().filter(RunningInstances::isAlive).toList();
            List<Door> open = new ArrayList<>();
            for (Instance place : places) {
                @Nullable Door door = tryOpen(place);
                if (door != null) {
                    open.add(door);
                }
            }
            Set<Instance> running = new LinkedHashSet<>(alive);
            open.forEach(door -> running.add(door.instance()));
            if (running.size() > 1) {
                closeAll(open);
                throw Refusal.usage((running.size() == 2 ? "two" : running.size()) + " instances run: "
                        + names(running, " and ") + ". Say which one by --base DIR");
            }
            if (!open.isEmpty()) {
                return open.get(0);
            }
            if (alive.isEmpty()) {
                throw new Refusal(Sallyport.NOT_RUNNING, "no instance runs in " + names(places, " or in "));
            }
            if (System.nanoTime() - deadline > 0) {
                throw new Refusal(
                        Sallyport.FAILED,
                        names(alive, " and ")
                                + ": the instance runs, but its commands are not there. Expected them within "
                                + STARTING_SECONDS + " s of its start; its log tells why");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static void closeAll(List<Door> doors) throws IOException {
        for (Door door : doors) {
            door.socket().close();
        }
    }

    private static @Nullable Door tryOpen(Instance instance) throws IOException {
        DoorFile file;
        try {
            file = DoorFile.read(instance.run());
        } catch (AccessDeniedException e) {
            throw new Refusal(
                    Sallyport.FAILED,
                    instance.run() + " cannot be read by this user: expected the user that the instance runs as");
        } catch (IOException e) {
            return null;
        }
        if (file.pid() != InstanceLock.holder(instance)
                || ProcessHandle.of(file.pid()).isEmpty()) {
            return null; // left behind by a process that was killed; its port may be anybody's by now
        }
        Socket socket = new Socket();
        try {
            InetAddress loopback = InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
            socket.connect(new InetSocketAddress(loopback, file.port()), CONNECT_MILLIS);
            return new Door(instance, file, socket);
        } catch (IOException e) {
            socket.close();
            return null;
        }
    }

    /** Whether the process that took the lock still runs; its PID may have gone to somebody else's process since. */
    private static boolean isAlive(Instance instance) {
        long pid = InstanceLock.holder(instance);
        return pid > 0
                && ProcessHandle.of(pid)
                        .map(process -> process.info().commandLine().orElse("sallyport"))
                        .filter(line -> line.contains("sallyport"))
                        .isPresent();
    }

    private static String names(Collection<Instance> instances, String between) {
        return String.join(
                between, instances.stream().map(i -> i.base().toString()).toList());
    }
}
