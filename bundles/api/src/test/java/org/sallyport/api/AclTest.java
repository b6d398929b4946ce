// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AclTest {
    @Test
    void whatNoRuleMatchesIsDeniedAndTheReasonSaysWhatWouldAllowIt() {
        Verdict verdict = Acl.EMPTY.verdict("db", 5432, null);

        assertThat(verdict)
                .isEqualTo(new Verdict.Denied(
                        Verdict.Source.ACL, "no ACL rule allows db:5432; acl:allow GATEWAY db:5432 would"));
    }

    @Test
    void anExactRuleAllowsItsPlaceOnly() {
        Acl acl = acl("allow db:5432");

        assertThat(acl.verdict("db", 5432, null).allowed()).isTrue();
        assertThat(acl.verdict("DB", 5432, null).allowed()).isTrue();
        assertThat(acl.verdict("db", 5433, null).allowed()).isFalse();
        assertThat(acl.verdict("db2", 5432, null).allowed()).isFalse();
    }

    @Test
    void theMostSpecificRuleDecides() {
        Acl acl = acl("allow :", "deny db:", "allow db:5432");

        assertThat(acl.verdict("web", 80, null).allowed()).isTrue();
        assertThat(acl.verdict("db", 22, null).allowed()).isFalse();
        assertThat(acl.verdict("db", 5432, null).allowed()).isTrue();
    }

    @Test
    void denyBeatsAllowWhereBothAreEquallySpecific() throws Exception {
        Acl acl = acl("allow [10.0.0.0/8]:", "deny db:", "allow [192.168.0.0/16]:443", "deny [192.168.0.0/16]:444");
        Acl sameRank = acl("allow db:", "deny [10.1.1.1]:");

        assertThat(acl.verdict("db", 5432, address("10.1.1.1")).allowed()).isFalse();
        assertThat(sameRank.verdict("db", 5432, address("10.1.1.1")).allowed()).isFalse();
        assertThat(sameRank.verdict("db", 5432, address("10.1.1.2")).allowed()).isTrue();
    }

    @Test
    void aLongerBlockBeatsAShorterOne() throws Exception {
        Acl acl = acl("allow [10.0.0.0/8]:", "deny [10.1.0.0/16]:", "allow [10.1.1.0/24]:");

        assertThat(acl.verdict("a", 1, address("10.2.0.1")).allowed()).isTrue();
        assertThat(acl.verdict("a", 1, address("10.1.2.1")).allowed()).isFalse();
        assertThat(acl.verdict("a", 1, address("10.1.1.1")).allowed()).isTrue();
    }

    @Test
    void aNameIsLookedUpOnlyWhereAnAddressRuleMayAllowIt() throws Exception {
        Acl byAddress = acl("allow [10.0.0.0/8]:5432");

        assertThat(byAddress.verdict("db", 5432, null).allowed()).isTrue();
        assertThat(byAddress.verdict("db", 22, null).allowed()).isFalse();
        assertThat(byAddress.verdict("db", 5432, address("10.0.0.9")).allowed()).isTrue();
        assertThat(byAddress.verdict("db", 5432, address("11.0.0.9")).allowed()).isFalse();
    }

    @Test
    void aNameThatResolvesToADeniedAddressIsDeniedThere() throws Exception {
        Acl acl = acl("allow :443", "deny [169.254.0.0/16]:");

        assertThat(acl.verdict("rebind.example", 443, null).allowed()).isTrue();
        assertThat(acl.verdict("rebind.example", 443, address("169.254.169.254"))
                        .allowed())
                .isFalse();
        assertThat(acl.verdict("rebind.example", 443, address("::ffff:169.254.169.254"))
                        .allowed())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "64:ff9b::a01:1",
                "64:ff9b:1::a01:1",
                "64:ff9b:1:a01:0:100::",
                "64:ff9b:1:0:a:100:100:0",
                "2002:a01:1::1",
                "::a01:1"
            })
    void whatIsDeniedIsDeniedWhereAnIpv6AddressCarriesItToo(String carrying) throws Exception {
        Acl acl = acl("allow :443", "deny [10.0.0.0/8]:");

        assertThat(acl.verdict("translated.example", 443, address(carrying)).allowed())
                .isFalse();
        assertThat(acl.verdict(carrying, 443, address(carrying)).allowed()).isFalse();
        assertThat(acl("allow :443", "deny [11.0.0.0/8]:")
                        .verdict("translated.example", 443, address(carrying))
                        .allowed())
                .isTrue();
    }

    @Test
    void aDeniedBlockIsMoreSpecificThanAnAllowedPrefixOfTranslators() throws Exception {
        Acl acl = acl("allow [64:ff9b::/96]:", "deny [10.0.0.0/8]:", "allow [64:ff9b::a01:1]:");

        assertThat(acl.verdict("a", 1, address("64:ff9b::b01:1")).allowed()).isTrue();
        assertThat(acl.verdict("a", 1, address("64:ff9b::a01:2")).allowed()).isFalse();
        assertThat(acl.verdict("a", 1, address("64:ff9b::a01:1")).allowed()).isTrue();
    }

    @Test
    void anAllowedBlockOpensNoTranslator() throws Exception {
        assertThat(acl("allow [10.0.0.0/8]:")
                        .verdict("a", 1, address("64:ff9b::a01:1"))
                        .allowed())
                .isFalse();
    }

    @Test
    void aRuleWithAPathNeverAllowsAWholeConnection() {
        assertThat(acl("allow web:80/public").verdict("web", 80, null).allowed())
                .isFalse();
    }

    @Test
    void onlyTheNamedPathsAreAllowedAndAPathIsMoreSpecificThanNone() throws Exception {
        Acl acl = acl("allow web:80/public", "allow web:80/public/a", "deny web:80", "allow :");

        assertThat(request(acl, "/public")).isTrue();
        assertThat(request(acl, "/public/")).isTrue();
        assertThat(request(acl, "/public/a/b")).isTrue();
        assertThat(request(acl, "/publicity")).isFalse();
        assertThat(request(acl, "/")).isFalse();
        assertThat(acl.verdict("web", 80, address("10.0.0.1"), "/public/a/b"))
                .isEqualTo(new Verdict.Allowed("allow web:80/public/a"));
        assertThat(acl.verdict("web", 81, address("10.0.0.1"), "/secret").allowed())
                .isTrue();
    }

    @Test
    void rulesWithPathsSayAllAboutTheirPlace() throws Exception {
        Acl acl = acl("allow :", "allow :80/b", "allow web:80/a");

        assertThat(request(acl, "/a")).isTrue();
        assertThat(request(acl, "/b")).isFalse();
        assertThat(acl.verdict("web", 80, address("10.0.0.1")).allowed()).isFalse();
        assertThat(acl.verdict("other", 80, address("10.0.0.1"), "/b").allowed())
                .isTrue();
        assertThat(acl.verdict("other", 80, address("10.0.0.1"), "/a").allowed())
                .isFalse();
    }

    @Test
    void aRuleWithoutAPathForTheSamePlaceAllowsAllPaths() throws Exception {
        Acl acl = acl("allow web:80/a", "allow web:80");

        assertThat(acl.verdict("web", 80, null).allowed()).isTrue();
        assertThat(request(acl, "/b")).isTrue();
    }

    @Test
    void aPathIsNoExceptionToADenyRuleOfAnotherPlace() throws Exception {
        Acl acl = acl("allow rebind.example:80/a", "deny [169.254.169.254]:80");

        assertThat(acl.verdict("rebind.example", 80, address("169.254.169.254"), "/a")
                        .allowed())
                .isFalse();
        assertThat(denied(acl.verdict("rebind.example", 80, address("169.254.169.254")))
                        .byPath())
                .isFalse();
        assertThat(acl.verdict("rebind.example", 80, address("10.0.0.1"), "/a").allowed())
                .isTrue();
    }

    @Test
    void denialsTellWhetherSingleRequestsMayBeAllowed() throws Exception {
        Acl acl = acl("allow web:80/public", "allow [10.0.0.0/8]:81/a");

        Verdict.Denied whole = denied(acl.verdict("web", 80, null));
        assertThat(whole.byPath()).isTrue();
        assertThat(whole.reason())
                .isEqualTo(
                        "the ACL allows only paths of web:80, as 'allow web:80/public' does, which protocols of HTTP can"
                                + " keep to; acl:allow GATEWAY web:80 would allow whole connections");
        assertThat(denied(acl.verdict("web", 82, null)).byPath()).isFalse();
        assertThat(denied(acl.verdict("db", 81, null)).byPath()).isTrue();
        assertThat(denied(acl.verdict("db", 81, address("10.0.0.1"))).byPath()).isTrue();
        assertThat(denied(acl.verdict("db", 81, address("11.0.0.1"))).byPath()).isFalse();
    }

    @Test
    void aDeniedPathIsNamedWithTheCommandThatWouldAllowIt() throws Exception {
        Acl acl = acl("allow web:80/public");

        assertThat(denied(acl.verdict("web", 80, address("10.0.0.1"), "/private/a b"))
                        .at(new GatewayId("qsn47KM8iTa_local"))
                        .reason())
                .isEqualTo("no ACL rule allows path /private/a b of web:80, as 'allow web:80/public' does others;"
                        + " acl:allow qsn47KM8iTa_local web:80/private would");
        assertThat(denied(acl("allow web:80/public", "deny web:80").verdict("web", 80, address("10.0.0.1"), "/x"))
                        .reason())
                .isEqualTo(
                        "the ACL rule 'deny web:80' denies path /x of web:80; acl:allow GATEWAY web:80/x would allow it");
        assertThat(denied(acl.verdict("web", 80, address("10.0.0.1"), "/" + "x".repeat(9_000)))
                        .reason())
                .hasSizeLessThan(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%20b", "/a%2fb", "/a;b", "/a\\b", "/a?b", "/a#b", "/a//b", "//", "/a/./b", "/a/../b", "/..", "/a/."
            })
    void aPathThatNoRequestIsComparedByIsRefused(String path) {
        assertThatThrownBy(() -> AclRule.parse(AclRule.Action.ALLOW, "web:80" + path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(path)
                .hasMessageContaining("expected a path as it is when it is decoded");
    }

    private static boolean request(Acl acl, String path) throws UnknownHostException {
        return acl.verdict("web", 80, address("10.0.0.1"), path).allowed();
    }

    private static Verdict.Denied denied(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Denied.class);
        return (Verdict.Denied) verdict;
    }

    @Test
    void aRuleReplacesTheOneWithItsTarget() {
        Acl acl = acl("allow db:5432", "deny db:5432");

        assertThat(acl.rules()).containsExactly(AclRule.parse(AclRule.Action.DENY, "db:5432"));
        assertThat(acl.without("DB:5432")).isEqualTo(Acl.EMPTY);
        assertThat(acl.without("db:1")).isNull();
    }

    @Test
    void targetsAreShownAsTheyAreRead() {
        for (String target : List.of(
                "db:5432",
                ":443",
                "db:",
                ":",
                "[10.0.0.0/8]:22",
                "[2001:db8::1]:",
                "web:80/a/b",
                "web:80/",
                "web:80/a/")) {
            AclRule rule = AclRule.parse(AclRule.Action.ALLOW, target);
            assertThat(AclRule.parse(AclRule.Action.ALLOW, rule.target())).isEqualTo(rule);
        }
    }

    @Test
    void wrongTargetsAreRefusedWithWhatWasGiven() {
        for (String target :
                List.of("", "db", "db:99999", "db:0", "d b:1", "db:80a", "[10.0.0.0/33]:1", "[::1", "db:80/a b")) {
            assertThatThrownBy(() -> AclRule.parse(AclRule.Action.ALLOW, target))
                    .as("target '%s'", target)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected");
        }
        assertThatThrownBy(() -> AclRule.parse(AclRule.Action.DENY, "web:80/a")).hasMessageContaining("path");
    }

    private static Acl acl(String... rules) {
        Acl acl = Acl.EMPTY;
        for (String rule : rules) {
            int blank = rule.indexOf(' ');
            AclRule.Action action = rule.startsWith("allow") ? AclRule.Action.ALLOW : AclRule.Action.DENY;
            acl = acl.with(AclRule.parse(action, rule.substring(blank + 1)));
        }
        return acl;
    }

    @Test
    void whatIsResolvedElsewhereNeedsARuleAboutItsName() {
        Acl byAddress = acl("allow [10.0.0.0/8]:");
        Acl byName = acl("allow db:5432", "deny [10.0.0.0/8]:");

        assertThat(byAddress.verdict("db", 5432, null).allowed()).isTrue();
        assertThat(byAddress.verdictUnresolved("db", 5432)).asString().contains("acl:allow GATEWAY db:5432 would");
        assertThat(byName.verdictUnresolved("db", 5432).allowed()).isTrue();
        assertThat(acl("allow :", "deny db:").verdictUnresolved("db", 5432).allowed())
                .isFalse();
    }

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }
}
