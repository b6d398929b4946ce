// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Acl;
import org.sallyport.api.AclFile;
import org.sallyport.api.AclRule;
import org.sallyport.api.HostPort;
import org.sallyport.api.config.ClientSettings;
import org.sallyport.api.config.LaunchOptions;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.config.ListenAddress;
import org.sallyport.api.config.ServerSettings;
import org.sallyport.api.config.SettingException;
import org.sallyport.api.config.Settings;

/**
 * Checks everything that the user configured, whole, before anything starts, and puts what belongs to this run into
 * system properties, where the roles find it.
 */
final class Configuration {
    /** Who checks the settings of which PID. */
    private static final Map<String, BiFunction<Map<String, ?>, Properties, ?>> CHECKS = checks();

    /** What PIDs of roles begin with. */
    private static final String ROLE_PREFIX = "org.sallyport.";

    private Configuration() {}

    /**
     * Checks the files and the command line.
     *
     * @param etc the instance's etc
     * @param role the command line
     * @param system takes the values of this run; untouched when something is wrong
     * @throws Refusal naming the file or the option, the key, what was given and what was expected
     */
    static void apply(Path etc, CommandLine.Role role, Properties system) throws IOException {
        Properties ofThisRun = new Properties();
        for (String setting : role.settings()) {
            addSetting(setting, ofThisRun);
        }
        for (Map.Entry<String, BiFunction<Map<String, ?>, Properties, ?>> each : CHECKS.entrySet()) {
            Path file = etc.resolve(each.getKey() + ".cfg");
            Map<String, String> given = read(file);
            check(file.toString(), each.getValue(), given, new Properties());
            check("--set", each.getValue(), given, ofThisRun);
            if (each.getKey().equals(ROLE_PREFIX + role.name())) {
                checkListenAddress(file.toString(), each.getKey(), given, ofThisRun);
            }
        }
        checkAccessList(etc.resolve("ceiling.acl").toString(), etc.resolve("ceiling.acl"));
        addLaunchOptions(role.client(), ofThisRun);
        ofThisRun.forEach(system::put);
    }

    private static void addSetting(String setting, Properties ofThisRun) {
        int colon = setting.indexOf(':');
        int equals = setting.indexOf('=', colon + 1);
        if (colon < 1 || equals < 0) {
            throw Refusal.usage("--set '" + setting + "': expected PID:KEY=VALUE, as in " + ServerSettings.PID
                    + ":tunnel.port=9000");
        }
        String pid = setting.substring(0, colon);
        if (!CHECKS.containsKey(pid)) {
            throw Refusal.usage("--set '" + setting + "': there are no settings named '" + pid + "': expected "
                    + String.join(" or ", CHECKS.keySet()));
        }
        ofThisRun.setProperty(
                Settings.RUN_PREFIX + pid + ":"
                        + setting.substring(colon + 1, equals).strip(),
                setting.substring(equals + 1).strip());
    }

    private static Map<String, BiFunction<Map<String, ?>, Properties, ?>> checks() {
        Map<String, BiFunction<Map<String, ?>, Properties, ?>> checks = new LinkedHashMap<>();
        checks.put(ServerSettings.PID, ServerSettings::of);
        checks.put(ClientSettings.PID, ClientSettings::of);
        checks.put(LimitSettings.PID, LimitSettings::of);
        return checks;
    }

    private static void check(
            String source,
            BiFunction<Map<String, ?>, Properties, ?> check,
            Map<String, String> given,
            Properties ofThisRun) {
        try {
            Object unused = check.apply(given, ofThisRun);
        } catch (SettingException e) {
            throw Refusal.usage(source + ": " + e.getMessage());
        }
    }

    /** Only of the role that is started, with what is in force: the other one's, if it ever runs here, tells by itself. */
    private static void checkListenAddress(String file, String pid, Map<String, String> given, Properties ofThisRun) {
        boolean server = pid.equals(ServerSettings.PID);
        String address = server
                ? ServerSettings.of(given, ofThisRun).listenAddress()
                : ClientSettings.of(given, ofThisRun).listenAddress();
        try {
            ListenAddress.require(pid, address);
        } catch (SettingException e) {
            boolean set = Settings.ofThisRun(pid, ofThisRun).containsKey("listen.address");
            throw Refusal.usage((set ? "--set" : file) + ": " + e.getMessage());
        }
    }

    /** Reads a file as the container will, with its substitutions. */
    private static Map<String, String> read(Path file) throws IOException {
        if (Files.notExists(file)) {
            return Map.of();
        }
        try {
            return new TreeMap<>(new org.apache.felix.utils.properties.Properties(file.toFile()));
        } catch (IOException | RuntimeException e) {
            throw Refusal.usage(file + ": cannot be read as KEY = VALUE lines: " + e.getMessage());
        }
    }

    private static void addLaunchOptions(CommandLine.ClientOptions options, Properties ofThisRun) throws IOException {
        addFiles("--token-file", options.tokenFiles(), LaunchOptions.TOKEN_FILES, ofThisRun);
        addFiles("--acl-file", listOf(options.aclFile()), LaunchOptions.ACL_FILE, ofThisRun);
        List<AclRule> wishes = new ArrayList<>();
        for (String name : listOf(options.aclFile())) {
            wishes.addAll(checkAccessList("--acl-file " + name, Path.of(name)).rules());
        }
        for (String server : listOf(options.server())) {
            checked("--server", server, HostPort::parse);
            ofThisRun.setProperty(LaunchOptions.SERVER, server);
        }
        for (String tunnels : listOf(options.tunnels())) {
            if (!tunnels.matches("[0-9]{1,3}") || outOfRange(Integer.parseInt(tunnels))) {
                throw Refusal.usage(
                        "--tunnels '" + tunnels + "': expected a number from 1 to " + LaunchOptions.MAX_TUNNELS);
            }
            ofThisRun.setProperty(LaunchOptions.TUNNELS, tunnels);
        }
        for (String target : options.allow()) {
            checked("--allow", target, text -> wishes.add(AclRule.parse(AclRule.Action.ALLOW, text)));
        }
        checkWishes(options, wishes);
        if (!options.allow().isEmpty()) {
            ofThisRun.setProperty(LaunchOptions.ALLOW, String.join("\n", options.allow()));
        }
    }

    private static Acl checkAccessList(String source, Path file) throws IOException {
        if (Files.notExists(file)) {
            return Acl.EMPTY;
        }
        try {
            return AclFile.parse(Files.readString(file));
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw Refusal.usage(source + ": " + e.getMessage());
        }
    }

    /** What is wished of the gateway's ACL travels in the attach. */
    private static void checkWishes(CommandLine.ClientOptions options, List<AclRule> wishes) {
        try {
            Acl.requireSendable(wishes);
        } catch (IllegalArgumentException e) {
            String source = options.aclFile() == null ? "--allow" : "--acl-file " + options.aclFile();
            throw Refusal.usage(source + ": " + e.getMessage());
        }
    }

    private static boolean outOfRange(int tunnels) {
        return tunnels < 1 || tunnels > LaunchOptions.MAX_TUNNELS;
    }

    private static void addFiles(String option, List<String> names, String property, Properties ofThisRun) {
        List<String> paths = names.stream().map(name -> readable(option, name)).toList();
        if (paths.stream().filter("-"::equals).count() > 1) {
            throw Refusal.usage(option + " -: given twice, but standard input holds one token");
        }
        if (!paths.isEmpty()) {
            ofThisRun.setProperty(property, String.join("\n", paths));
        }
    }

    private static String readable(String option, String name) {
        boolean noFile = name.equals("-") || name.equals(LaunchOptions.TOKEN_OF_ENVIRONMENT);
        if (noFile && option.equals("--token-file")) {
            return name;
        }
        Path path = Path.of(name).toAbsolutePath().normalize();
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw Refusal.usage(option + " '" + name + "': expected a file that this user can read"
                    + (option.equals("--token-file") ? ", or - for standard input" : ""));
        }
        return path.toString();
    }

    private static void checked(String option, String text, Consumer<String> reader) {
        try {
            reader.accept(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(option + " " + e.getMessage());
        }
    }

    private static List<String> listOf(@Nullable String text) {
        return text == null ? List.of() : List.of(text);
    }
}
