// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.karaf.main.ConfigProperties;
import org.apache.karaf.main.Main;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.launch.Framework;
import org.sallyport.api.Release;

/**
 * Karaf in this process. Its home is the distribution, which is only read; what it writes goes to the instance. The
 * platform's own files come out of the distribution, so that they change with it; {@code karaf.etc} is the user's.
 */
final class Container {
    /** Karaf registers it when the features of the start are installed. */
    private static final String BOOT_FINISHED = "org.apache.karaf.features.BootFinished";

    private static final long FEATURES_SECONDS = 10;

    private final Path home;
    private final Instance instance;
    private final String role;
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile @Nullable Framework framework;

    Container(Path home, Instance instance, String role) {
        this.home = home;
        this.instance = instance;
        this.role = role;
    }

    /** Starts the framework and returns; bundles start behind it. */
    void start() throws Exception {
        try {
            Path platform = home.resolve("lib/platform");
            properties(platform).forEach(System::setProperty);
            // Karaf's main speaks before logging is configured; what goes wrong is said, nothing else
            Logger.getLogger("").setLevel(Level.WARNING);
            System.setProperty("karaf.etc", platform.toString());
            ConfigProperties config = new ConfigProperties();
            System.setProperty("karaf.etc", instance.etc().toString());
            Main main = new Main(new String[0]);
            main.setConfig(config);
            main.launch();
            framework = main.getFramework();
        } finally {
            started.countDown();
        }
    }

    private Map<String, String> properties(Path platform) {
        return Map.ofEntries(
                Map.entry("sallyport.home", home.toString()),
                Map.entry("sallyport.platform", platform.toString()),
                Map.entry("sallyport.base", instance.base().toString()),
                Map.entry("sallyport.state", instance.state().toString()),
                Map.entry("sallyport.role", role),
                Map.entry("sallyport.version", Release.version()),
                Map.entry("sallyport.native", nativeFeature()),
                Map.entry("java.io.tmpdir", instance.cache().resolve("tmp").toString()),
                Map.entry("karaf.home", home.toString()),
                Map.entry("karaf.base", instance.base().toString()),
                Map.entry("karaf.data", instance.cache().toString()),
                Map.entry("karaf.log", instance.log().toString()),
                Map.entry(
                        "karaf.instances", instance.cache().resolve("instances").toString()),
                Map.entry("karaf.startLocalConsole", "false"),
                Map.entry("karaf.startRemoteShell", "false"),
                Map.entry("karaf.handle.sigterm", "false"));
    }

    /** {@return the feature that brings epoll, io_uring and BoringSSL here; where none does, one that is there anyway} */
    private static String nativeFeature() {
        String arch = System.getProperty("os.arch", "");
        boolean brought =
                System.getProperty("os.name", "").equals("Linux") && (arch.equals("amd64") || arch.equals("aarch64"));
        return brought ? "sallyport-native-" + arch : "sallyport-netty";
    }

    /** Waits until the framework has stopped, for whatever reason. */
    void awaitStop() throws InterruptedException {
        Framework running = framework;
        while (running != null && running.waitForStop(0).getType() == FrameworkEvent.STOPPED_UPDATE) {
            running = framework;
        }
    }

    /**
     * Stops the framework in order, which lets the roles drain. A container that is just starting is waited for first: one
     * that loses its bundles while it installs them complains of each.
     *
     * @param seconds how long to wait at most
     * @return whether it has stopped
     */
    boolean stop(long seconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        boolean known = started.await(seconds, TimeUnit.SECONDS);
        Framework running = framework;
        if (!known || running == null) {
            return known;
        }
        awaitFeatures(running);
        try {
            stopRole(running);
            running.stop();
        } catch (BundleException e) {
            System.err.println("sallyport: the container does not stop in order: " + e.getMessage());
            return false;
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        return running.waitForStop(Math.max(1, millis)).getType() != FrameworkEvent.WAIT_TIMEDOUT;
    }

    /** The role goes first, so that it drains and says farewell while all that it needs is still there. */
    private void stopRole(Framework running) throws BundleException {
        for (Bundle bundle : running.getBundleContext().getBundles()) {
            if (bundle.getSymbolicName().equals("org.sallyport.role." + role)) {
                bundle.stop(Bundle.STOP_TRANSIENT);
            }
        }
    }

    /** Waits until the features of the start are installed, or have failed to; not for ever, the end matters more. */
    private static void awaitFeatures(Framework running) throws InterruptedException {
        CountDownLatch installed = new CountDownLatch(1);
        BundleContext context = running.getBundleContext();
        try {
            context.addServiceListener(event -> installed.countDown(), "(objectClass=" + BOOT_FINISHED + ")");
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        if (context.getServiceReference(BOOT_FINISHED) == null) {
            installed.await(FEATURES_SECONDS, TimeUnit.SECONDS);
        }
    }
}
