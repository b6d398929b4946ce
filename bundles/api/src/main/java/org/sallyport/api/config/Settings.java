// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.config;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Shown;

/**
 * The values of one PID, checked for unknown keys; each is read through its {@link SettingKey}. Values that were given for
 * this run (the launcher's {@code --set}, which arrives in system properties) win over those of the file. A bundle that
 * extends Sallyport may read its own PID in the same way.
 */
public final class Settings {
    /** System properties with this prefix hold values for this run: {@code sallyport.set.PID:KEY}. */
    public static final String RUN_PREFIX = "sallyport.set.";

    /** Keys that the framework, or a component's own service properties, add to every configuration. */
    private static final Set<String> FOREIGN = Set.of(
            "service.pid",
            "service.factorypid",
            "component.name",
            "component.id",
            "service.id",
            "service.bundleid",
            "service.scope",
            "objectclass",
            "protocol.name",
            "balancer.name");

    private static final List<String> FOREIGN_PREFIXES =
            List.of("felix.", "osgi.", "org.apache.", ".", "service.", "sallyport.");

    private final String pid;
    private final Map<String, String> values;

    private Settings(String pid, Map<String, String> values) {
        this.pid = pid;
        this.values = values;
    }

    /**
     * Takes the values of a configuration, those of this run on top.
     *
     * @param pid which settings these are, for messages
     * @param keys all keys that exist
     * @param given the configuration's properties; framework keys are passed over
     * @param system where {@code --set} values arrive
     * @return the values
     * @throws SettingException on a key that does not exist
     */
    public static Settings of(String pid, List<SettingKey<?>> keys, Map<String, ?> given, Properties system) {
        Map<String, String> values = new TreeMap<>();
        given.forEach((key, value) -> {
            if (!isForeign(key)) {
                values.put(key, String.valueOf(value).strip());
            }
        });
        values.putAll(ofThisRun(pid, system));
        Set<String> known = keys.stream().map(SettingKey::name).collect(Collectors.toSet());
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                throw new SettingException(pid + ": there is no setting '" + Shown.of(key) + "': expected one of "
                        + keys.stream().map(SettingKey::name).collect(Collectors.joining(", ")));
            }
        }
        return new Settings(pid, values);
    }

    /**
     * The values that were given for this run.
     *
     * @param pid whose
     * @param system the system properties
     * @return key and text
     */
    public static Map<String, String> ofThisRun(String pid, Properties system) {
        String prefix = RUN_PREFIX + pid + ":";
        Map<String, String> values = new HashMap<>();
        for (String name : system.stringPropertyNames()) {
            if (name.startsWith(prefix)) {
                values.put(
                        name.substring(prefix.length()),
                        system.getProperty(name).strip());
            }
        }
        return values;
    }

    private static boolean isForeign(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return FOREIGN.contains(lower) || FOREIGN_PREFIXES.stream().anyMatch(lower::startsWith);
    }

    /**
     * Reads one setting.
     *
     * @param key which
     * @return its value, its default where none is given
     * @throws SettingException on a wrong value
     */
    public <T> T get(SettingKey<T> key) {
        @Nullable String text = values.get(key.name());
        return key.read(pid, text == null ? key.defaultText() : text);
    }
}
