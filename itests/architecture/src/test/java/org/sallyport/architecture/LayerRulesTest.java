// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysFalse;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may use what, as the table of bundles says. */
class LayerRulesTest {
    /** Bundles that implement; each owns one package prefix, and nobody else may look into it. */
    private static final List<String> IMPLEMENTATIONS = List.of(
            "transport.tls",
            "dataplane",
            "protocol.tcp",
            "protocol.tls",
            "protocol.udp",
            "protocol.http",
            "protocol.https",
            "registry",
            "balancer",
            "pki",
            "role.server",
            "role.client",
            "shell",
            "example.resp");

    /** Bundles that come and go at run time, with their class loaders. */
    private static final String[] UPDATABLE = {
        "org.sallyport.dataplane..",
        "org.sallyport.http..",
        "org.sallyport.protocol..",
        "org.sallyport.role..",
        "org.sallyport.example.."
    };

    private static JavaClasses classes;

    @BeforeAll
    static void read_every_class_of_ours() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.sallyport");
        assertThat(classes).hasSizeGreaterThan(50);
    }

    @Test
    void netty_stays_out_of_what_has_no_business_with_channels() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "org.sallyport.api..",
                        "org.sallyport.registry..",
                        "org.sallyport.balancer..",
                        "org.sallyport.pki..",
                        "org.sallyport.shell..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(classes);
    }

    @Test
    void the_wire_knows_bytes_and_no_sockets() {
        noClasses()
                .that()
                .resideInAPackage("org.sallyport.wire..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty.channel.socket..", "io.netty.bootstrap..", "java.net..", "org.sallyport.api..")
                .check(classes);
    }

    @Test
    void no_bundle_touches_the_framework() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.osgi.framework..", "org.osgi.util.tracker..")
                .check(classes);
    }

    @Test
    void karaf_is_known_to_the_shell_only() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.sallyport.shell..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.karaf..", "org.apache.felix..", "org.jline..")
                .check(classes);
    }

    @Test
    void no_bundle_looks_into_an_implementation() {
        for (String bundle : IMPLEMENTATIONS) {
            noClasses()
                    .that()
                    .resideOutsideOfPackage("org.sallyport." + bundle + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.sallyport." + bundle + "..")
                    .check(classes);
        }
        noClasses()
                .that()
                .resideOutsideOfPackages("org.sallyport.api..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.sallyport.api.internal..")
                .check(classes);
        noClasses()
                .that()
                .resideOutsideOfPackages("org.sallyport.http..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.sallyport.http.internal..")
                .check(classes);
    }

    @Test
    void everything_in_an_implementation_is_internal() {
        DescribedPredicate<JavaClass> implementation = alwaysFalse();
        for (String bundle : IMPLEMENTATIONS) {
            implementation = implementation.or(resideInAnyPackage("org.sallyport." + bundle + ".."));
        }
        noClasses()
                .that(implementation)
                .should()
                .resideOutsideOfPackage("..internal..")
                .check(classes);
    }

    @Test
    void what_lies_below_knows_nothing_of_what_lies_above() {
        noClasses()
                .that()
                .resideInAPackage("org.sallyport.api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.sallyport.spi..", "org.sallyport.wire..")
                .check(classes);
        noClasses()
                .that()
                .resideInAnyPackage(
                        "org.sallyport.spi..",
                        "org.sallyport.dataplane..",
                        "org.sallyport.http..",
                        "org.sallyport.protocol..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.sallyport.wire..")
                .check(classes);
    }

    /** Netty keeps what it looked up about such classes for every event-loop thread, and the class loader with it. */
    @Test
    void nothing_that_netty_keeps_for_ever_stands_in_an_updatable_bundle() {
        noClasses()
                .that()
                .resideInAnyPackage(UPDATABLE)
                .should()
                .beAssignableTo("io.netty.channel.SimpleChannelInboundHandler")
                .orShould()
                .beAssignableTo("io.netty.channel.SimpleUserEventChannelHandler")
                .orShould()
                .beAssignableTo("io.netty.handler.codec.MessageToMessageDecoder")
                .orShould()
                .beAssignableTo("io.netty.handler.codec.MessageToMessageEncoder")
                .orShould()
                .beAssignableTo("io.netty.handler.codec.MessageToMessageCodec")
                .orShould()
                .beAssignableTo("io.netty.handler.codec.MessageToByteEncoder")
                .orShould()
                .beAssignableTo("io.netty.handler.codec.ByteToMessageCodec")
                .check(classes);
        noFields()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(UPDATABLE)
                .and()
                .areStatic()
                .should()
                .haveRawType("io.netty.util.concurrent.FastThreadLocal")
                .orShould()
                .haveRawType("io.netty.util.Recycler")
                .orShould()
                .haveRawType("io.netty.util.internal.ObjectPool")
                .check(classes);
    }

    @Test
    void what_strangers_add_needs_what_strangers_have() {
        classes()
                .that()
                .resideInAPackage("org.sallyport.example..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "org.sallyport.example..",
                        "org.sallyport.api..",
                        "org.sallyport.spi..",
                        "io.netty..",
                        "org.slf4j..",
                        "org.osgi.service.component.annotations..",
                        "org.jspecify.annotations..",
                        "java..")
                .check(classes);
    }

    @Test
    void classes_are_named_by_their_role() {
        noClasses()
                .should()
                .haveNameMatching(".*\\.(Abstract\\w*Base|\\w+(Manager|Helper|Util|Utils|Impl))")
                .check(classes);
    }
}
