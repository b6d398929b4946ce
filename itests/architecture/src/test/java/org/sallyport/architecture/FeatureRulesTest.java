// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The features file names each bundle of ours once; more than once would refresh bundles when features are added. */
class FeatureRulesTest {
    private static final String OURS = "mvn:org.sallyport/";

    private Document features;

    @BeforeEach
    void read_the_file() throws Exception {
        features = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("../../features/src/main/feature/features.xml").toFile());
    }

    @Test
    void each_of_our_bundles_stands_in_exactly_one_feature() throws IOException {
        List<String> named = elements("bundle")
                .map(Element::getTextContent)
                .filter(url -> url.startsWith(OURS))
                .map(url -> url.substring(OURS.length()).replaceFirst("/.*", ""))
                .toList();

        assertThat(named).doesNotHaveDuplicates();
        try (Stream<Path> folders = Files.list(Path.of("../../bundles"))) {
            assertThat(named)
                    .containsExactlyInAnyOrderElementsOf(
                            folders.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                                    .map(folder -> "sallyport-" + folder.getFileName())
                                    .toList());
        }
    }

    @Test
    void nothing_is_named_twice_and_nothing_is_wrapped_or_ordered_by_hand() {
        assertThat(elements("bundle").map(Element::getTextContent)).doesNotHaveDuplicates();
        assertThat(elements("bundle")).allSatisfy(bundle -> {
            assertThat(bundle.getTextContent()).startsWith("mvn:");
            assertThat(bundle.hasAttribute("start-level")).isFalse();
        });
    }

    @Test
    void what_is_not_ours_is_a_dependency_or_a_native_fragment() {
        assertThat(elements("bundle").filter(bundle -> !bundle.getTextContent().startsWith(OURS)))
                .allSatisfy(
                        bundle -> assertThat(bundle.getAttribute("dependency").equals("true")
                                        || bundle.getAttribute("start").equals("false"))
                                .as(bundle.getTextContent())
                                .isTrue());
    }

    @Test
    void each_feature_says_what_it_brings() {
        assertThat(elements("feature").filter(feature -> feature.hasAttribute("name")))
                .allSatisfy(feature -> assertThat(feature.getAttribute("description"))
                        .as(feature.getAttribute("name"))
                        .isNotBlank());
    }

    private Stream<Element> elements(String name) {
        NodeList nodes = features.getElementsByTagName(name);
        return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i));
    }
}
