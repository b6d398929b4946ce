// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.api.config.LaunchOptions;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.config.ServerSettings;

class ConfigurationTest {
    @TempDir
    private Path etc;

    private final Properties system = new Properties();

    @Test
    void values_of_this_run_reach_the_roles_through_system_properties() throws IOException {
        Configuration.apply(etc, server("org.sallyport.server:tunnel.port=0"), system);

        assertThat(ServerSettings.of(Map.of(), system).tunnelPort()).isZero();
    }

    @Test
    void options_of_a_client_are_checked_and_handed_over() throws IOException {
        Path token = Files.writeString(etc.resolve("token"), "t");
        Path acl = Files.writeString(etc.resolve("list.acl"), "allow a:1\n");
        Configuration.apply(
                etc, client(List.of(token.toString(), "-"), "gw:9000", "3", List.of("db:5432"), acl), system);

        LaunchOptions options = LaunchOptions.of(system);
        assertThat(options.tokenFiles()).containsExactly(token.toString(), "-");
        assertThat(options.server()).hasToString("gw:9000");
        assertThat(options.tunnels()).isEqualTo(3);
        assertThat(options.allow()).hasSize(1);
        assertThat(options.aclFile()).isEqualTo(acl.toString());
    }

    @Test
    void the_token_of_the_environment_stands_in_where_no_file_is_named() throws IOException {
        Map<String, String> environment = Map.of("SALLYPORT_TOKEN", "abc.def.ghi");
        CommandLine.Role without = client(List.of(), null, null, List.of(), null);
        CommandLine.Role with = client(List.of("-"), null, null, List.of(), null);

        assertThat(without.withTokenOf(Map.of("SALLYPORT_TOKEN", " "))).isEqualTo(without);
        assertThat(with.withTokenOf(environment)).isEqualTo(with);
        assertThat(server().withTokenOf(environment)).isEqualTo(server());
        Configuration.apply(etc, without.withTokenOf(environment), system);

        assertThat(LaunchOptions.of(system).tokenFiles()).containsExactly("$SALLYPORT_TOKEN");
        assertThat(system.toString()).doesNotContain("abc.def.ghi");
    }

    @Test
    void a_wrong_value_in_a_file_is_told_with_file_key_given_and_expected() throws IOException {
        Path file = Files.writeString(etc.resolve("org.sallyport.server.cfg"), "tunnel.port = nine\n");

        refused(server()).withMessageContainingAll(file.toString(), "tunnel.port", "'nine'", "expected a port from 0");
        assertThat(system).isEmpty();
    }

    @Test
    void limits_are_checked_like_the_settings_of_a_role() throws IOException {
        refused(server("org.sallyport.limits:tunnel.streams=many"))
                .withMessageContainingAll("--set", "tunnel.streams", "'many'", "expected a number from 1");
        Configuration.apply(etc, server("org.sallyport.limits:window.most=1m"), system);
        assertThat(LimitSettings.of(Map.of(), system).windows().most()).isEqualTo(1 << 20);

        Path file = Files.writeString(etc.resolve("org.sallyport.limits.cfg"), "window.most = 32x\n");
        refused(server()).withMessageContainingAll(file.toString(), "window.most", "'32x'", "expected a size from 64k");
    }

    @Test
    void an_unknown_key_in_a_file_is_refused() throws IOException {
        Files.writeString(etc.resolve("org.sallyport.client.cfg"), "poxy = http://p:1\n");

        refused(server()).withMessageContainingAll("org.sallyport.client.cfg", "'poxy'", "expected one of");
    }

    @Test
    void a_value_of_this_run_is_refused_in_its_own_name() {
        refused(server("org.sallyport.server:tunnel.port=70000")).withMessageContainingAll("--set", "'70000'");
        refused(server("org.sallyport.server:tunel.port=1")).withMessageContainingAll("--set", "'tunel.port'");
        refused(server("org.sallyport.sever:tunnel.port=1"))
                .withMessageContainingAll("'org.sallyport.sever'", "expected org.sallyport.server");
        refused(server("tunnel.port=1")).withMessageContaining("expected PID:KEY=VALUE");
    }

    @Test
    void an_address_that_this_machine_does_not_have_is_refused() throws IOException {
        Path file = Files.writeString(etc.resolve("org.sallyport.server.cfg"), "listen.address = 192.0.2.1\n");

        refused(server())
                .withMessageContainingAll(
                        file.toString(),
                        "listen.address = '192.0.2.1'",
                        "expected an address or a host name of this machine");
        Configuration.apply(etc, server("org.sallyport.server:listen.address=127.0.0.1"), system);
        Configuration.apply(etc, client(List.of(), null, null, List.of(), null), new Properties());
        Files.delete(file);
        refused(server("org.sallyport.server:listen.address=192.0.2.1"))
                .withMessageStartingWith("--set: org.sallyport.server: listen.address = '192.0.2.1'");
    }

    @Test
    void wrong_options_of_a_client_are_refused() throws IOException {
        Path acl = Files.writeString(etc.resolve("list.acl"), "permit a:1\n");

        refused(client(List.of("/nowhere/token"), null, null, List.of(), null))
                .withMessageContaining("--token-file '/nowhere/token': expected a file");
        refused(client(List.of("-", "-"), null, null, List.of(), null)).withMessageContaining("given twice");
        refused(client(List.of(), "gw", null, List.of(), null)).withMessageContaining("--server 'gw': expected");
        refused(client(List.of(), null, "0", List.of(), null)).withMessageContaining("--tunnels '0': expected");
        refused(client(List.of(), null, null, List.of("db"), null)).withMessageContaining("--allow 'db': expected");
        refused(client(List.of(), null, null, List.of(), acl)).withMessageContaining("line 1");
    }

    @Test
    void an_access_list_that_no_attach_can_hold_is_refused() throws IOException {
        List<String> targets = IntStream.range(0, 2000)
                .mapToObj(i -> "[10.20." + i / 250 + "." + i % 250 + "]:5432")
                .toList();
        Path acl = Files.writeString(etc.resolve("list.acl"), "allow " + String.join("\nallow ", targets));

        refused(client(List.of(), null, null, List.of(), acl))
                .withMessageContainingAll("--acl-file " + acl, "2000 ACL rules", "expected at most 57344", "acl:load");
        refused(client(List.of(), null, null, targets, null)).withMessageContaining("--allow: 2000 ACL rules");
        Files.writeString(acl, "allow " + String.join("\nallow ", targets.subList(0, 1000)));
        Configuration.apply(etc, client(List.of(), null, null, List.of(), acl), system);
    }

    @Test
    void a_long_ceiling_is_welcome() throws IOException {
        Files.writeString(
                etc.resolve("ceiling.acl"),
                IntStream.range(1, 5001).mapToObj(i -> "allow :" + i + "\n").collect(Collectors.joining()));

        Configuration.apply(etc, server(), system);
    }

    @Test
    void a_wrong_ceiling_is_refused() throws IOException {
        Files.writeString(etc.resolve("ceiling.acl"), "# mine\nallow db\n");

        refused(server()).withMessageContainingAll("ceiling.acl", "line 2");
    }

    private ThrowableAssertAlternative<Refusal> refused(CommandLine.Role role) {
        return assertThatExceptionOfType(Refusal.class).isThrownBy(() -> Configuration.apply(etc, role, system));
    }

    private static CommandLine.Role server(String... settings) {
        return new CommandLine.Role(
                "server",
                null,
                List.of(settings),
                new CommandLine.ClientOptions(List.of(), null, null, List.of(), null));
    }

    private static CommandLine.Role client(
            List<String> tokens, String server, String tunnels, List<String> allow, Path acl) {
        return new CommandLine.Role(
                "client",
                null,
                List.of(),
                new CommandLine.ClientOptions(tokens, server, tunnels, allow, acl == null ? null : acl.toString()));
    }
}
