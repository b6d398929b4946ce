// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.sallyport.api.Acl;
import org.sallyport.api.AclRule;
import org.sallyport.api.GatewayId;
import org.sallyport.api.Verdict;
import org.sallyport.api.config.EgressPolicy;

final class ServerAccessTest {
    private static final GatewayId GATEWAY = new GatewayId("qsn47KM8iTa_local");

    @Test
    void connections_are_the_egress_policys_to_allow() throws Exception {
        ServerAccess access = access();
        assertThat(access.check("web", 80, address("198.51.100.7")).allowed()).isTrue();
        assertThat(access.checkPath("web", 80, address("198.51.100.7"), "/any").allowed())
                .isTrue();
        assertThat(access.check("web", 80, address("127.0.0.1")))
                .isInstanceOfSatisfying(Verdict.Denied.class, denied -> {
                    assertThat(denied.source()).isEqualTo(Verdict.Source.POLICY);
                    assertThat(denied.byPath()).isFalse();
                });
    }

    @Test
    void rules_with_paths_narrow_what_is_asked_for() throws Exception {
        ServerAccess access = access("web:80/a", "[198.51.100.8]:81/b");
        assertThat(access.check("web", 80, null).allowed())
                .as("before the name is resolved")
                .isTrue();
        assertThat(access.check("web", 80, address("198.51.100.7")))
                .isInstanceOfSatisfying(Verdict.Denied.class, denied -> assertThat(denied.byPath())
                        .isTrue());
        assertThat(access.checkPath("web", 80, address("198.51.100.7"), "/a/x").allowed())
                .isTrue();
        assertThat(access.checkPath("web", 80, address("198.51.100.7"), "/b"))
                .isInstanceOfSatisfying(Verdict.Denied.class, denied -> assertThat(denied.reason())
                        .contains("'allow web:80/a'", "acl:allow qsn47KM8iTa_local web:80/b would"));
        assertThat(access.check("db", 81, null).allowed()).isTrue();
        assertThat(access.check("db", 81, address("198.51.100.9")).allowed()).isTrue();
        assertThat(access.check("db", 81, address("198.51.100.8")).allowed()).isFalse();
    }

    @Test
    void no_path_opens_what_the_egress_policy_denies() throws Exception {
        ServerAccess access = access("web:80/a");
        assertThat(access.check("web", 80, address("127.0.0.1")))
                .isInstanceOfSatisfying(Verdict.Denied.class, denied -> assertThat(denied.byPath())
                        .isFalse());
        assertThat(access.checkPath("web", 80, address("127.0.0.1"), "/a").allowed())
                .isFalse();
    }

    @Test
    void two_of_the_same_rules_are_equal_so_that_nobody_is_judged_anew() {
        assertThat(access("web:80/a")).isEqualTo(access("web:80/a")).isNotEqualTo(access("web:80/b"));
    }

    private static boolean own(InetAddress address) {
        return false;
    }

    private static final java.util.function.Predicate<InetAddress> OWN = ServerAccessTest::own;

    private static ServerAccess access(String... paths) {
        List<AclRule> rules = Stream.of(paths)
                .map(target -> AclRule.parse(AclRule.Action.ALLOW, target))
                .toList();
        return new ServerAccess(GATEWAY, new EgressPolicy(List.of(), List.of()), OWN, new Acl(rules));
    }

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }
}
