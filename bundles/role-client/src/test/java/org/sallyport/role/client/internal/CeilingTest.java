// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sallyport.api.Acl;
import org.sallyport.api.AclFile;
import org.sallyport.api.AclRule;
import org.sallyport.api.Verdict;

final class CeilingTest {
    private static final Acl ALL = AclFile.parse("allow :");

    @Test
    void aFileWithoutARuleIsNoCeiling() {
        assertThat(Ceiling.of("# nothing yet\n").check("db", 1, null)).isNull();
        assertThat(Ceiling.of("")).isEqualTo(Ceiling.open());
    }

    @Test
    void whatNoRuleAllowsIsDeniedAndTheReasonSaysWhatWouldAllowIt() {
        Ceiling ceiling = Ceiling.of("allow web:443");

        assertThat(ceiling.check("web", 443, null)).isNull();
        assertThat(ceiling.check("db", 5432, null))
                .isEqualTo(new Verdict.Denied(
                        Verdict.Source.CEILING,
                        "no rule of this client's ceiling allows db:5432; the line 'allow db:5432' in its"
                                + " etc/ceiling.acl would"));
    }

    @Test
    void aDenyRuleIsNamed() {
        assertThat(Ceiling.of("allow :\ndeny db:").check("db", 5432, null).reason())
                .startsWith("the rule 'deny db:' of this client's ceiling denies db:5432");
    }

    @Test
    void aWrongLineDeniesEverythingAndSaysWhichLine() {
        Ceiling ceiling = Ceiling.of("allow :\ndney db:5432");

        assertThat(ceiling).isInstanceOfSatisfying(Ceiling.Broken.class, broken -> assertThat(broken.problem())
                .startsWith("line 2:"));
        assertThat(ceiling.check("db", 5432, null).source()).isEqualTo(Verdict.Source.CEILING);
    }

    @Test
    void theResolvedAddressIsCheckedToo() throws Exception {
        Ceiling ceiling = Ceiling.of("allow :\ndeny [10.0.0.0/8]:");

        assertThat(ceiling.check("db", 1, null)).isNull();
        assertThat(ceiling.check("db", 1, InetAddress.getByName("10.1.1.1"))).isNotNull();
        assertThat(ceiling.check("db", 1, InetAddress.getByName("192.0.2.1"))).isNull();
    }

    @Test
    void aNameThatAProxyResolvesNeedsARuleAboutItInBothLists() {
        Acl byAddress = AclFile.parse("allow [10.0.0.0/8]:");

        assertThat(new ClientAccess(RoleWorld.GATEWAY, ALL, Ceiling.of("")).checkUnresolved("db", 1))
                .isInstanceOf(Verdict.Allowed.class);
        assertThat(new ClientAccess(RoleWorld.GATEWAY, byAddress, Ceiling.of("")).checkUnresolved("db", 1))
                .isEqualTo(new Verdict.Denied(
                        Verdict.Source.ACL, "no ACL rule allows db:1; acl:allow qsn47KM8iTa_local db:1 would"));
        for (String ceiling : List.of("allow [10.0.0.0/8]:", "allow web:", "dney db:")) {
            assertThat(new ClientAccess(RoleWorld.GATEWAY, ALL, Ceiling.of(ceiling)).checkUnresolved("db", 1))
                    .isInstanceOfSatisfying(Verdict.Denied.class, denied -> assertThat(denied.source())
                            .isEqualTo(Verdict.Source.CEILING));
        }
        assertThat(Ceiling.of("allow db:").checkUnresolved("db", 1)).isNull();
    }

    @Test
    void theGatewaysListIsAskedFirstAndItsReasonNamesTheGateway() {
        ClientAccess access = new ClientAccess(RoleWorld.GATEWAY, Acl.EMPTY, Ceiling.of("deny :"));

        assertThat(access.check("db", 1, null))
                .isEqualTo(new Verdict.Denied(
                        Verdict.Source.ACL, "no ACL rule allows db:1; acl:allow qsn47KM8iTa_local db:1 would"));
    }

    @Test
    void theCeilingNarrowsWhatTheGatewaysListAllows() {
        assertThat(new ClientAccess(RoleWorld.GATEWAY, ALL, Ceiling.open())
                        .check("db", 1, null)
                        .allowed())
                .isTrue();
        assertThat(new ClientAccess(RoleWorld.GATEWAY, ALL, Ceiling.of("allow web:")).check("db", 1, null))
                .isInstanceOfSatisfying(Verdict.Denied.class, denied -> assertThat(denied.source())
                        .isEqualTo(Verdict.Source.CEILING));
    }

    @Test
    void pathsAreNarrowedByListAndCeiling() throws Exception {
        InetAddress address = InetAddress.getByName("10.0.0.1");
        Acl paths = new Acl(List.of(AclRule.parse(AclRule.Action.ALLOW, "web:80/a")));
        ClientAccess both = new ClientAccess(RoleWorld.GATEWAY, paths, Ceiling.of("allow web:80/a/b"));

        assertThat(both.check("web", 80, address))
                .isInstanceOfSatisfying(Verdict.Denied.class, denied -> assertThat(denied.byPath())
                        .isTrue());
        assertThat(both.checkPath("web", 80, address, "/a/b/c").allowed()).isTrue();
        assertThat(both.checkPath("web", 80, address, "/a"))
                .isEqualTo(new Verdict.Denied(
                        Verdict.Source.CEILING,
                        "this client's ceiling does not allow path /a of web:80; a line 'allow web:80/PATH' in its"
                                + " etc/ceiling.acl would",
                        true));
        assertThat(both.checkPath("web", 80, address, "/b"))
                .isInstanceOfSatisfying(Verdict.Denied.class, denied -> assertThat(denied.reason())
                        .contains("acl:allow qsn47KM8iTa_local web:80/b would"));
    }

    @Test
    void aCeilingOfPathsNarrowsAListWithoutThem() throws Exception {
        InetAddress address = InetAddress.getByName("10.0.0.1");
        ClientAccess narrowed = new ClientAccess(RoleWorld.GATEWAY, ALL, Ceiling.of("allow web:80/a"));

        assertThat(narrowed.check("web", 80, address)).isInstanceOfSatisfying(Verdict.Denied.class, denied -> {
            assertThat(denied.source()).isEqualTo(Verdict.Source.CEILING);
            assertThat(denied.byPath()).isTrue();
            assertThat(denied.reason()).contains("only paths of web:80");
        });
        assertThat(narrowed.checkPath("web", 80, address, "/a").allowed()).isTrue();
        assertThat(narrowed.checkPath("web", 80, address, "/b").allowed()).isFalse();
    }

    @Test
    void whatIsDeniedAsAWholeByEitherHasNoPaths() throws Exception {
        InetAddress address = InetAddress.getByName("10.0.0.1");
        Acl paths = new Acl(List.of(AclRule.parse(AclRule.Action.ALLOW, "web:80/a")));

        assertThat(new ClientAccess(RoleWorld.GATEWAY, paths, Ceiling.of("allow db:")).check("web", 80, address))
                .isInstanceOfSatisfying(Verdict.Denied.class, denied -> {
                    assertThat(denied.source()).isEqualTo(Verdict.Source.CEILING);
                    assertThat(denied.byPath()).isFalse();
                });
        ClientAccess broken = new ClientAccess(RoleWorld.GATEWAY, paths, Ceiling.of("nonsense"));
        assertThat(broken.checkPath("web", 80, address, "/a").allowed()).isFalse();
    }
}
