// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.sallyport.api.config.SettingException;
import org.sallyport.api.config.SettingKey;
import org.sallyport.api.config.Settings;

/**
 * What may pass, PID {@value #PID}.
 *
 * @param commands their names in capital letters; without any nothing passes
 * @param arguments how many a command may have, its name counted
 * @param argumentBytes how long one may be
 */
record RespSettings(Set<String> commands, int arguments, int argumentBytes) {
    /** Names the settings in OSGi's configuration admin, and the file {@code etc/org.sallyport.example.resp.cfg}. */
    static final String PID = "org.sallyport.example.resp";

    /**
     * Not answered by one reply each, so that nobody could tell whose turn it is; or, as MULTI, changing what a refusal of a later
     * command would have to mean.
     */
    private static final Set<String> NEVER = Set.of(
            "SUBSCRIBE",
            "PSUBSCRIBE",
            "SSUBSCRIBE",
            "UNSUBSCRIBE",
            "PUNSUBSCRIBE",
            "SUNSUBSCRIBE",
            "CLIENT",
            "MONITOR",
            "MULTI",
            "PSYNC",
            "REPLCONF",
            "SHUTDOWN",
            "SYNC");

    private static final SettingKey<Set<String>> COMMANDS = new SettingKey<>(
            "commands", "", "names of commands with commas between them, as in GET,SET,PING", RespSettings::names);
    private static final SettingKey<Integer> ARGUMENTS = number("arguments", "1024", 1, 1024 * 1024);
    private static final SettingKey<Integer> ARGUMENT_BYTES =
            number("argument.bytes", "16777216", 1, 512 * 1024 * 1024);

    private static final List<SettingKey<?>> KEYS = List.of(COMMANDS, ARGUMENTS, ARGUMENT_BYTES);

    RespSettings {
        commands = Set.copyOf(commands);
    }

    /**
     * Reads and checks a configuration as a whole.
     *
     * @param given its properties
     * @return the settings
     * @throws SettingException on the first wrong key or value
     */
    static RespSettings of(Map<String, ?> given) {
        Settings settings = Settings.of(PID, KEYS, given, new Properties());
        return new RespSettings(settings.get(COMMANDS), settings.get(ARGUMENTS), settings.get(ARGUMENT_BYTES));
    }

    private static Set<String> names(String text) {
        Set<String> names = new TreeSet<>();
        for (String part : text.isEmpty() ? List.<String>of() : Arrays.asList(text.split(",", -1))) {
            String name = part.strip().toUpperCase(Locale.ROOT);
            if (!name.matches("[A-Z][A-Z0-9._-]{0,63}")) {
                throw new IllegalArgumentException("'" + name + "' is no name of a command");
            }
            if (NEVER.contains(name)) {
                throw new IllegalArgumentException(
                        name + " is not answered by one reply of its own, which this protocol relies on");
            }
            names.add(name);
        }
        return names;
    }

    private static SettingKey<Integer> number(String name, String standard, int least, int most) {
        return new SettingKey<>(name, standard, "a number from " + least + " to " + most, text -> {
            int number = Integer.parseInt(text);
            if (number < least || number > most) {
                throw new IllegalArgumentException("out of range");
            }
            return number;
        });
    }
}
