// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sallyport.api.config.ClientSettings;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.config.ServerSettings;
import org.sallyport.api.config.SettingKey;

/** The files under etc name every setting of the code, in its order, commented, at its default. */
class ShippedSettingsTest {
    private static final Pattern SETTING = Pattern.compile("#([a-z][a-z.]*) =(?: (.*))?");

    static Stream<Arguments> files() {
        return Stream.of(
                Arguments.of(ServerSettings.PID, ServerSettings.KEYS),
                Arguments.of(ClientSettings.PID, ClientSettings.KEYS),
                Arguments.of(LimitSettings.PID, LimitSettings.KEYS));
    }

    @ParameterizedTest
    @MethodSource("files")
    void a_file_as_shipped_says_what_the_code_does(String pid, List<SettingKey<?>> keys) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("../etc", pid + ".cfg"));

        assertThat(lines.stream().flatMap(ShippedSettingsTest::setting))
                .containsExactlyElementsOf(keys.stream()
                        .map(key -> key.name() + " = " + key.defaultText())
                        .toList());
        assertThat(lines).allMatch(line -> line.isEmpty() || line.startsWith("#"));
    }

    @Test
    void the_limits_and_their_defaults_are_in_the_manual() throws IOException {
        String manual = Files.readString(Path.of("../docs/operate.md"));

        List<String> keys = new ArrayList<>();
        List<String> defaults = new ArrayList<>();
        Matcher row = Pattern.compile("(?m)^\\| (`[a-z.]+`(?:, `[a-z.]+`)*) \\| ([^|]*) \\|.* \\|.* \\|$")
                .matcher(manual);
        while (row.find()) {
            Stream.of(row.group(1).replace("`", "").split(", ", -1)).forEach(keys::add);
            Stream.of(row.group(2).split(", ", -1))
                    .map(text -> text.replaceFirst("(: .*| s)$", ""))
                    .forEach(defaults::add);
        }

        assertThat(keys)
                .containsExactlyElementsOf(
                        LimitSettings.KEYS.stream().map(SettingKey::name).toList());
        assertThat(defaults)
                .containsExactlyElementsOf(
                        LimitSettings.KEYS.stream().map(SettingKey::defaultText).toList());
    }

    private static Stream<String> setting(String line) {
        Matcher matcher = SETTING.matcher(line);
        return matcher.matches()
                ? Stream.of(matcher.group(1) + " = " + (matcher.group(2) == null ? "" : matcher.group(2)))
                : Stream.empty();
    }
}
