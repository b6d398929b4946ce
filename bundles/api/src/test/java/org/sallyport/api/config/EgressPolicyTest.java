// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EgressPolicyTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.9.9.9",
                "::1",
                "169.254.169.254",
                "fe80::1",
                "0.0.0.0",
                "0.1.2.3",
                "::",
                "224.0.0.1",
                "ff02::1",
                "255.255.255.255",
                "fd00:ec2::254",
                "100.100.100.200",
                "fd20:ce::254",
                "168.63.129.16",
                "::ffff:127.0.0.1",
                "::7f00:1",
                "64:ff9b::7f00:1",
                "64:ff9b::a9fe:a9fe",
                "2002:a9fe:a9fe::1",
                "64:ff9b::a09:909",
                "64:ff9b:1::7f00:1",
                "64:ff9b:1:a9fe:a9:fe00::",
                "10.9.9.9"
            })
    void addressesOfTheServerItselfAndOfTheCloudsOwnServicesAreDeniedByDefault(String address) throws Exception {
        assertThat(allowed(policy("", ""), "name", 80, address)).isFalse();
    }

    @Test
    void everythingElseIsAllowedByDefault() throws Exception {
        assertThat(allowed(policy("", ""), "name", 443, "93.184.216.34")).isTrue();
        assertThat(allowed(policy("", ""), "name", 443, "10.0.0.1")).isTrue();
        assertThat(allowed(policy("", ""), "name", 443, "64:ff9b:1::a00:1")).isTrue();
        assertThat(allowed(policy("", ""), "name", 443, "64:ff9b:1:a00:0:100::"))
                .isTrue();
    }

    @Test
    void whatIsAllowedByNameOrAddressMayBeDialled() throws Exception {
        assertThat(allowed(policy("127.0.0.1:8080", ""), "localhost", 8080, "127.0.0.1"))
                .isTrue();
        assertThat(allowed(policy("127.0.0.1:8080", ""), "localhost", 8081, "127.0.0.1"))
                .isFalse();
        assertThat(allowed(policy("localhost", ""), "localhost", 8081, "127.0.0.1"))
                .isTrue();
        assertThat(allowed(policy("[::1]:80", ""), "localhost", 80, "::1")).isTrue();
        assertThat(allowed(policy("127.0.0.0/8", ""), "127.0.0.5", 80, "127.0.0.5"))
                .isTrue();
    }

    @Test
    void aNameDoesNotOpenWhatThePlatformServes() throws Exception {
        for (String address : List.of("169.254.169.254", "100.100.100.200", "fe80::1", "64:ff9b::a9fe:a9fe")) {
            assertThat(allowed(policy("wiki.example", ""), "wiki.example", 80, address))
                    .as(address)
                    .isFalse();
            assertThat(allowed(policy("[" + address + "]", ""), "wiki.example", 80, address))
                    .as(address)
                    .isTrue();
        }
        assertThat(allowed(policy("wiki.example", ""), "wiki.example", 80, "10.9.9.9"))
                .isTrue();
    }

    @Test
    void denyBeatsAllow() throws Exception {
        EgressPolicy policy = policy("10.0.0.0/8", "10.1.0.0/16, bad.example, :: , 1.2.3.4:25");

        assertThat(allowed(policy, "x", 80, "10.2.0.1")).isTrue();
        assertThat(allowed(policy, "x", 80, "10.1.0.1")).isFalse();
        assertThat(allowed(policy, "bad.example", 80, null)).isFalse();
        assertThat(allowed(policy, "x", 25, "1.2.3.4")).isFalse();
        assertThat(allowed(policy, "x", 26, "1.2.3.4")).isTrue();
    }

    @Test
    void whatIsDeniedIsDeniedWhereAnIpv6AddressCarriesItToo() throws Exception {
        EgressPolicy policy = policy("2002::/16", "10.1.0.0/16");

        assertThat(allowed(policy, "x", 80, "64:ff9b::a01:1")).isFalse();
        assertThat(allowed(policy, "x", 80, "2002:a01:1::1")).isFalse();
        assertThat(allowed(policy, "x", 80, "64:ff9b::a02:1")).isTrue();
    }

    @Test
    void aRefusalNamesTheAddressAndTheSettingThatWouldAllowIt() throws Exception {
        assertThat(policy("", "").verdict("localhost", 80, parsed("127.0.0.1"), own -> false))
                .hasToString(
                        "Denied[source=POLICY, reason=localhost:80 (127.0.0.1) is a loopback address, denied by"
                                + " default; egress.allow = 127.0.0.1:80 in the server's configuration would allow it, byPath=false]");
    }

    @Test
    void patternsAreShownAsTheyAreRead() {
        List<String> texts =
                List.of("db", "db:80", "10.0.0.0/8", "10.0.0.0/8:80", "10.0.0.1", "[2001:db8:0:0:0:0:0:0/32]:443");
        assertThat(texts)
                .allSatisfy(text -> assertThat(EgressPolicy.Pattern.parse(text)).hasToString(text));
    }

    private static EgressPolicy policy(String allow, String deny) {
        return ServerSettings.of(Map.of("egress.allow", allow, "egress.deny", deny), new Properties())
                .egress();
    }

    private static boolean allowed(
            EgressPolicy policy, String host, int port, @org.jspecify.annotations.Nullable String address)
            throws Exception {
        return policy.verdict(host, port, address == null ? null : parsed(address), own -> own.getHostAddress()
                        .equals("10.9.9.9"))
                .allowed();
    }

    private static InetAddress parsed(String address) throws UnknownHostException {
        return InetAddress.getAllByName(address)[0];
    }
}
