// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sallyport.api.health.HealthCheck.Health;

class RespProtocolTest {
    @Test
    void withoutAConfigurationNothingPassesAndHealthSaysHowToChangeThat() {
        assertThat(new RespProtocol(Map.of()).check())
                .isEqualTo(Health.good(
                        "no command may pass: name some as commands in etc/org.sallyport.example.resp.cfg"));
    }

    @Test
    void whatTheFrameworkAddsIsNoSetting() {
        Map<String, Object> given = Map.of(
                "commands",
                " get , SET,ping",
                "protocol.name",
                "resp",
                "component.id",
                7L,
                "service.pid",
                RespSettings.PID);
        assertThat(RespSettings.of(given).commands()).containsExactlyInAnyOrder("GET", "SET", "PING");
        assertThat(new RespProtocol(given).check()).isEqualTo(Health.good("3 commands may pass"));
    }

    @Test
    void aWrongConfigurationKeepsTheOneBeforeAndIsShown() {
        RespProtocol protocol = new RespProtocol(Map.of("commands", "GET"));
        protocol.configure(Map.of("commands", "GET,SUBSCRIBE"));
        assertThat(protocol.check().healthy()).isFalse();
        assertThat(protocol.check().text())
                .contains("commands = 'GET,SUBSCRIBE'", "SUBSCRIBE is not answered by one reply", "are kept");
        protocol.configure(Map.of("commands", "GET,,SET"));
        assertThat(protocol.check().text()).contains("as in GET,SET,PING");
        protocol.configure(Map.of("command", "GET"));
        assertThat(protocol.check().text()).contains("there is no setting 'command'", "argument.bytes");
        protocol.configure(Map.of("arguments", "0"));
        assertThat(protocol.check().text()).contains("arguments = '0': expected a number from 1 to");
        protocol.configure(Map.of("commands", "GET,SET"));
        assertThat(protocol.check()).isEqualTo(Health.good("2 commands may pass"));
    }
}
