// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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

    private static Stream<String> setting(String line) {
        Matcher matcher = SETTING.matcher(line);
        return matcher.matches()
                ? Stream.of(matcher.group(1) + " = " + (matcher.group(2) == null ? "" : matcher.group(2)))
                : Stream.empty();
    }
}
