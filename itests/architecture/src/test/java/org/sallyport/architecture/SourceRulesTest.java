// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What class files do not show. */
class SourceRulesTest {
    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final String HEADER = "// SPDX-License-Identifier: Apache-2.0\n// Copyright the Sallyport authors\n";

    @Test
    void every_file_begins_with_the_licence() {
        assertThat(sources(path -> true))
                .filteredOn(path -> !text(path).startsWith(HEADER))
                .isEmpty();
    }

    @Test
    void every_package_has_a_page_and_is_null_marked() {
        List<Path> packages = sources(path -> path.toString().contains("/src/main/java/")).stream()
                .map(Path::getParent)
                .distinct()
                .toList();

        assertThat(packages).allSatisfy(folder -> assertThat(text(folder.resolve("package-info.java")))
                .contains("@NullMarked", "/**"));
    }

    @Test
    void what_is_exported_has_a_version() {
        assertThat(sources(path -> path.endsWith("package-info.java")))
                .filteredOn(path -> text(path).contains("@Export"))
                .isNotEmpty()
                .allSatisfy(path -> assertThat(text(path)).contains("@Version(\""));
    }

    @Test
    void no_test_waits_by_sleeping() {
        assertThat(sources(path -> path.toString().contains("/src/test/")
                        && !path.getFileName().toString().equals("SourceRulesTest.java")))
                .filteredOn(path -> text(path).contains("Thread.sleep("))
                .isEmpty();
    }

    @Test
    void how_a_bundle_is_made_is_said_in_one_place() {
        try (Stream<Path> files = Files.walk(ROOT.resolve("bundles"), 3)) {
            assertThat(files.filter(path -> path.toString().endsWith(".bnd"))).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Path pom : bundlePoms()) {
            assertThat(text(pom))
                    .as(pom.toString())
                    .doesNotContain("Import-Package", "Export-Package", "Private-Package", "bnd-maven-plugin");
        }
    }

    private static List<Path> bundlePoms() {
        try (Stream<Path> folders = Files.list(ROOT.resolve("bundles"))) {
            return folders.map(folder -> folder.resolve("pom.xml"))
                    .filter(Files::exists)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> sources(Predicate<Path> which) {
        try (Stream<Path> roots =
                Stream.of("bundles", "launcher", "examples", "itests").map(ROOT::resolve)) {
            return roots.flatMap(SourceRulesTest::javaFiles).filter(which).collect(Collectors.toList());
        }
    }

    private static Stream<Path> javaFiles(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files
                    .filter(path -> path.toString().endsWith(".java")
                            && !path.toString().contains("/target/"))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
