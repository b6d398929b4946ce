// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceAccessTest {
    private static boolean allows(SourceAccess access, String address, int port) {
        try {
            return access.allows(new InetSocketAddress(InetAddress.getByName(address), port));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static SourceAccess restricted(String... rules) {
        SourceAccess access = SourceAccess.OPEN.withRestricted(true);
        for (String rule : rules) {
            access = access.with(SourceRule.parse(rule));
        }
        return access;
    }

    @Test
    void restrictedWithoutARuleMeansNobody() {
        assertThat(allows(SourceAccess.OPEN, "192.0.2.1", 1)).isTrue();
        assertThat(allows(restricted(), "192.0.2.1", 1)).isFalse();
    }

    @Test
    void rulesThatAreNotInForceKeepNobodyOut() {
        assertThat(allows(restricted("10.0.0.1").withRestricted(false), "192.0.2.1", 1))
                .isTrue();
    }

    @Test
    void addressesBlocksAndRangesMatchWithTheirEnds() {
        SourceAccess access = restricted("192.0.2.7", "10.0.0.0/8", "198.51.100.5-198.51.100.200", "2001:db8::/32");

        assertThat(allows(access, "192.0.2.7", 1)).isTrue();
        assertThat(allows(access, "192.0.2.8", 1)).isFalse();
        assertThat(allows(access, "10.255.255.255", 1)).isTrue();
        assertThat(allows(access, "11.0.0.0", 1)).isFalse();
        assertThat(allows(access, "198.51.100.5", 1)).isTrue();
        assertThat(allows(access, "198.51.100.200", 1)).isTrue();
        assertThat(allows(access, "198.51.100.4", 1)).isFalse();
        assertThat(allows(access, "198.51.100.201", 1)).isFalse();
        assertThat(allows(access, "2001:db8:1::1", 1)).isTrue();
        assertThat(allows(access, "2001:db9::1", 1)).isFalse();
        assertThat(allows(access, "::ffff:192.0.2.7", 1)).isTrue();
    }

    @Test
    void aPortNarrowsARule() {
        SourceAccess access = restricted("any 5000-5010", "192.0.2.7 80");

        assertThat(allows(access, "203.0.113.1", 5_000)).isTrue();
        assertThat(allows(access, "203.0.113.1", 5_011)).isFalse();
        assertThat(allows(access, "192.0.2.7", 80)).isTrue();
        assertThat(allows(access, "192.0.2.7", 81)).isFalse();
    }

    @Test
    void aLaterRuleOfAnOwnerReplacesTheEarlierOne() {
        SourceAccess access = restricted("192.0.2.1 any app:0", "192.0.2.2", "192.0.2.3 any app:0");

        assertThat(access.rules()).extracting(SourceRule::toString).containsExactly("192.0.2.2", "192.0.2.3 any app:0");
        assertThat(access.without(SourceRule.parse("192.0.2.2")).rules()).hasSize(1);
        assertThat(access.without(SourceRule.parse("192.0.2.9"))).isSameAs(access);
    }

    @Test
    void whatARuleWritesItReads() {
        for (String rule :
                List.of("any", "192.0.2.0/24", "192.0.2.1-192.0.2.9 1024-65535", "2001:db8:0:0:0:0:0:1 any me")) {
            assertThat(SourceRule.parse(rule)).hasToString(rule);
        }
    }

    @Test
    void whatIsNoRuleIsRefusedWithWhatIsExpected() {
        assertThatThrownBy(() -> SourceRule.parse("db.example")).hasMessageContaining("expected an address");
        assertThatThrownBy(() -> SourceRule.parse("10.0.0.9-10.0.0.1")).hasMessageContaining("not higher");
        assertThatThrownBy(() -> SourceRule.parse("10.0.0.1-2001:db8::1")).hasMessageContaining("one kind");
        assertThatThrownBy(() -> SourceRule.parse("10.0.0.0/8-10.0.0.9")).hasMessageContaining("a range");
        assertThatThrownBy(() -> SourceRule.parse("any any me too")).hasMessageContaining("ADDRESSES PORTS OWNER");
        assertThatThrownBy(() -> SourceRule.parse("any any m;e")).hasMessageContaining("owner 'm;e'");
        assertThatThrownBy(() -> SourceRule.parse(" ")).hasMessageContaining("expected ADDRESSES");
        assertThatThrownBy(() -> new SourceAccess(
                        true, Collections.nCopies(SourceAccess.MAX_RULES + 1, SourceRule.parse("any"))))
                .hasMessageContaining("at most 1000");
    }
}
