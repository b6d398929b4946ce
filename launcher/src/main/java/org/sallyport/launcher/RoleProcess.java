// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.sallyport.api.FullDisk;

/**
 * This process as a server or a client, from the lock to the last line. Everything that can be refused is refused before
 * the container starts; after that the process ends through {@link Ending} only.
 */
final class RoleProcess {
    private RoleProcess() {}

    /**
     * Runs the role until somebody ends it.
     *
     * @return the exit code
     * @throws Refusal if nothing was started
     */
    static int start(CommandLine.Role role) {
        Ending.beforeStart();
        int java = Runtime.version().feature();
        if (java >= 24) {
            throw Refusal.usage(
                    "this is Java " + java + ": expected 17 or 21. Java 24 took away what Karaf's shell needs");
        }
        Instance instance = Instance.of(role.base(), role.name(), System.getenv());
        try {
            return start(role, instance);
        } catch (IOException e) {
            String full = FullDisk.tell(e, instance.base());
            throw new Refusal(Sallyport.FAILED, full != null ? full : "the start failed: " + e);
        }
    }

    private static int start(CommandLine.Role role, Instance instance) throws IOException {
        Path home = Path.of(System.getProperty("sallyport.home", "")).toAbsolutePath();
        instance.prepareForLock();
        InstanceLock lock = InstanceLock.take(instance);
        instance.prepare(home.resolve("etc"), shippedFiles(role.name()));
        Configuration.apply(instance.etc(), role.withTokenOf(System.getenv()), System.getProperties());

        Path features = instance.etc().resolve("org.apache.karaf.features.cfg");
        InstanceList.add(instance);
        DisposableCache cache = new DisposableCache(instance.cache(), DisposableCache.identity(home, features));
        cache.begin();
        Container container = new Container(home, instance, role.name());
        Ending ending = new Ending(container, lock);
        guardOutput(() -> {
            ending.ready();
            cache.ready();
        });
        return run(container, ending, instance);
    }

    private static int run(Container container, Ending ending, Instance instance) {
        ending.arm();
        try {
            container.start();
            container.awaitStop();
            ending.end(Sallyport.OK);
        } catch (Exception e) {
            System.err.println("sallyport: the container did not start: " + why(e, instance.cache()));
            ending.end(Sallyport.FAILED);
        }
        return Sallyport.FAILED;
    }

    /** {@return what failed while a container was started that writes to a cache} */
    static String why(Throwable failure, Path cache) {
        String full = FullDisk.tell(failure, cache);
        return full != null ? full : withRoot(failure);
    }

    /** {@return what failed, and where that is not the same the cause below all others, which is what can be mended} */
    static String withRoot(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root == failure ? failure.toString() : failure + ": " + root;
    }

    private static List<String> shippedFiles(String role) {
        List<String> names = new ArrayList<>(List.of(
                "org.sallyport." + role + ".cfg", "org.apache.karaf.features.cfg", "org.ops4j.pax.logging.cfg"));
        if (role.equals("client")) {
            names.add("ceiling.acl");
        }
        return names;
    }

    private static void guardOutput(Runnable onReady) {
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8);
        System.setErr(err);
        System.setOut(new PrintStream(new ContractOutput(out, err, onReady), true, UTF_8));
    }
}
