// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.sallyport.testkit.process.Distribution;

/** The bundle of a protocol, to be made into its own successors. */
record ProtocolJar(Path file) {
    private static final String COMPONENT_HEAD = "<implementation ";
    private static final String RANKING = "<property name=\"service.ranking\" type=\"Integer\" value=\"1\"/>";

    /** {@return protocol tcp as it is shipped} */
    static ProtocolJar of(Distribution distribution) throws IOException {
        try (Stream<Path> files = Files.walk(distribution.home().resolve("system"))) {
            return new ProtocolJar(
                    files.filter(file -> file.getFileName().toString().matches("sallyport-protocol-tcp-.*\\.jar"))
                            .findFirst()
                            .orElseThrow());
        }
    }

    /**
     * Deploys the same code as another version that outranks this one, in the one step in which a careful
     * administrator does it.
     *
     * @param version of the bundle
     * @param to where it is seen; what is there is replaced
     */
    void deploy(String version, Path to) throws IOException {
        Path next = to.resolveSibling("." + to.getFileName() + ".part");
        try (JarInputStream in = new JarInputStream(Files.newInputStream(file))) {
            Manifest manifest = in.getManifest();
            manifest.getMainAttributes().put(new Attributes.Name("Bundle-Version"), version);
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(next), manifest)) {
                for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    if (entry.getName().matches("OSGI-INF/[^/]+\\.xml")) {
                        String component = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                        out.write(component
                                .replace(COMPONENT_HEAD, RANKING + COMPONENT_HEAD)
                                .getBytes(StandardCharsets.UTF_8));
                    } else {
                        in.transferTo(out);
                    }
                }
            }
        }
        Files.move(next, to, StandardCopyOption.ATOMIC_MOVE);
    }
}
