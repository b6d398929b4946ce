// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;

/** What the bundle asks of a container, and gives to it. */
class BundleTest {
    @Test
    void aStrangerNeedsApiAndSpiAndNettyAndGivesOneService() throws IOException {
        Attributes headers = headers();
        List<String> imports = Arrays.stream(headers.getValue("Import-Package").split(",(?=[a-z])"))
                .map(each -> each.replaceFirst(";.*", ""))
                .toList();
        assertThat(imports)
                .isNotEmpty()
                .allMatch(
                        each -> each.matches(
                                "java\\..*|io\\.netty\\..*|org\\.sallyport\\.(api|spi)(\\..*)?|org\\.jspecify\\.annotations|org\\.slf4j"));
        assertThat(headers.getValue("Export-Package")).isNull();
        assertThat(headers.getValue("Service-Component"))
                .isEqualTo("OSGI-INF/org.sallyport.example.resp.internal.RespProtocol.xml");
    }

    private static Attributes headers() throws IOException {
        try (InputStream in = Files.newInputStream(Path.of("target/classes/META-INF/MANIFEST.MF"))) {
            return new Manifest(in).getMainAttributes();
        }
    }
}
