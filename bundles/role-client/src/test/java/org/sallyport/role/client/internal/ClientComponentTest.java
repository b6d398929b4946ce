// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.api.config.ClientSettings;
import org.sallyport.api.config.LaunchOptions;
import org.sallyport.api.event.Event;
import org.sallyport.api.health.HealthCheck;

/** The component with a thread of its own and without a container. */
@Timeout(30)
final class ClientComponentTest {
    private final RoleWorld world = new RoleWorld();
    private final Properties system = new Properties();
    private final BlockingQueue<Event> told = new LinkedBlockingQueue<>();

    @TempDir
    private Path directory;

    private ClientComponent component;

    @AfterEach
    void stop() {
        if (component != null) {
            component.stop();
        }
    }

    @Test
    void withoutAnOptionItWaitsAndIsHealthy() throws Exception {
        start(Map.of());
        component.addTransport(world.transport);
        component.addDataPlane(world.plane);
        component.addIdentity(world.identity);
        component.addTokenReader(world.reader);

        assertThat(next()).isInstanceOf(Event.ClientReady.class);
        assertThat(checks()).allMatch(check -> check.check().healthy());
        assertThat(checks()).extracting(HealthCheck::name).doesNotHaveDuplicates();
        assertThat(component.attachments()).isEmpty();
        assertThat(component.tunnels()).isEmpty();
    }

    @Test
    void wrongSettingsAtStartLeaveItIdleUntilTheyAreCorrected() throws Exception {
        start(Map.of("listen.adress", "127.0.0.1"));
        assertThat(next()).isInstanceOfSatisfying(Event.ConfigurationRejected.class, rejected -> {
            assertThat(rejected.pid()).isEqualTo(ClientSettings.PID);
            assertThat(rejected.reason()).contains("there is no setting 'listen.adress'");
        });
        assertThat(new ConfigurationHealth(component).check().healthy()).isFalse();
        assertThat(new AttachmentsHealth(component).check().healthy()).isFalse();

        component.configure(Map.of("listen.address", "127.0.0.1"));
        assertThat(next()).isEqualTo(new Event.ConfigurationApplied(ClientSettings.PID));
        assertThat(new ConfigurationHealth(component).check().healthy()).isTrue();
    }

    @Test
    void wrongSettingsWhileItRunsAreToldAndTheOldOnesStay() throws Exception {
        start(Map.of());
        component.configure(Map.of("drain.timeout", "-1"));

        assertThat(next()).isInstanceOf(Event.ConfigurationRejected.class);
        assertThat(new ConfigurationHealth(component).check().text())
                .contains("drain.timeout")
                .contains("expected");
        // whatever it answers, it does so after the first settings were taken over
        assertThat(component.show(RoleWorld.GATEWAY).toCompletableFuture()).failsWithin(Duration.ofSeconds(10));
        assertThat(new AttachmentsHealth(component).check().healthy()).isTrue();
    }

    @Test
    void anAddressThatThisMachineDoesNotHaveIsRejected() throws Exception {
        start(Map.of());
        component.configure(Map.of("listen.address", "192.0.2.1"));

        assertThat(next())
                .isInstanceOfSatisfying(Event.ConfigurationRejected.class, rejected -> assertThat(rejected.reason())
                        .contains("listen.address = '192.0.2.1': expected an address or a host name of this machine"));
        component.configure(Map.of());
        assertThat(next()).isInstanceOf(Event.ConfigurationApplied.class);
    }

    @Test
    void anAclFileThatIsWrongStopsItBeforeAnythingConnects() throws Exception {
        Path acl = Files.writeString(directory.resolve("acl"), "allow db:5432\nallow everything\n");
        system.setProperty(LaunchOptions.ACL_FILE, acl.toString());
        start(Map.of());

        assertThat(next()).isInstanceOfSatisfying(Event.AttachRefused.class, refused -> assertThat(refused.text())
                .contains("line 2: 'everything': expected"));
        assertThat(next()).isInstanceOf(Event.NothingLeftToAttach.class);
        assertThat(new ConfigurationHealth(component).check().healthy()).isFalse();
    }

    @Test
    void anAclFileThatNoAttachCanHoldStopsItBeforeAnythingConnects() throws Exception {
        StringBuilder rules = new StringBuilder();
        for (int i = 1; i <= 2000; i++) {
            rules.append("allow db:").append(i).append('\n');
        }
        Path acl = Files.writeString(directory.resolve("acl"), rules);
        system.setProperty(LaunchOptions.ACL_FILE, acl.toString());
        start(Map.of());

        assertThat(next()).isInstanceOfSatisfying(Event.AttachRefused.class, refused -> assertThat(refused.text())
                .contains("2000 ACL rules take 64000 bytes"));
        assertThat(next()).isInstanceOf(Event.NothingLeftToAttach.class);
    }

    @Test
    void aCeilingThatIsWrongIsShownWithItsLine() throws Exception {
        Files.writeString(directory.resolve("ceiling.acl"), "permit all\n");
        system.setProperty("karaf.etc", directory.toString());
        system.setProperty(LaunchOptions.TOKEN_FILES, directory + "/missing");
        start(Map.of());

        // the ceiling is read before the first token
        assertThat(next()).isInstanceOf(Event.AttachRefused.class);
        assertThat(new CeilingHealth(component).check().text()).contains("etc/ceiling.acl: line 1: 'permit all'");
    }

    @Test
    void afterItsEndServicesMayGoWithoutAWait() {
        start(Map.of());
        component.addTransport(world.transport);
        component.addDataPlane(world.plane);
        component.stop();

        component.removeTransport(world.transport);
        component.removeDataPlane(world.plane);
    }

    private void start(Map<String, String> settings) {
        world.subscribers.add(told::add);
        component = new ClientComponent(world.hub, settings, system);
    }

    private Event next() throws InterruptedException {
        return told.poll(10, TimeUnit.SECONDS);
    }

    private List<HealthCheck> checks() {
        return List.of(
                new AttachmentsHealth(component), new CeilingHealth(component), new ConfigurationHealth(component));
    }
}
