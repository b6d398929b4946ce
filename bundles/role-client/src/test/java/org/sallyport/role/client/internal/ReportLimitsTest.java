// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.ControlEncoder;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.Listeners;

final class ReportLimitsTest {
    @Test
    void aReportThatFitsIsNotTouched() throws Exception {
        Applied applied = new Applied(3, List.of(RoleWorld.failure("aaaaa", "port 12000 is in use")));

        assertThat(ReportLimits.fit(applied)).isEqualTo(applied);
        assertThat(length(applied)).isPositive();
    }

    @Test
    void aReportOfVeryManyDestinationsFitsAMessage() throws Exception {
        List<Applied.Failure> failures = new ArrayList<>();
        List<Listeners.Port> ports = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            String suffix = String.format("%05d", i);
            String cause = "ä".repeat(400);
            failures.add(RoleWorld.failure(suffix, cause));
            ports.add(new Listeners.Port(RoleWorld.id(suffix), "failed", "127.0.0.1", 12_000, cause));
        }

        assertThat(length(ReportLimits.fit(new Applied(3, failures))))
                .isBetween(30_000, TunnelProtocol.MAX_CLIENT_MESSAGE);
        assertThat(length(ReportLimits.fit(new Listeners(ports)))).isBetween(30_000, TunnelProtocol.MAX_CLIENT_MESSAGE);
    }

    @Test
    void portsInTroubleAreReportedBeforeOthers() {
        List<Listeners.Port> ports = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            ports.add(new Listeners.Port(RoleWorld.id(String.format("%05d", i)), "listening", "127.0.0.1", 12_000, ""));
        }
        Listeners.Port trouble = new Listeners.Port(RoleWorld.id("99999"), "failed", "", 12_000, "port is in use");
        ports.add(trouble);

        assertThat(ReportLimits.fit(new Listeners(ports)).ports()).startsWith(trouble);
    }

    private static int length(ControlMessage message) throws Exception {
        ByteBuf out = Unpooled.buffer();
        try {
            new ControlEncoder(TunnelProtocol.MAX_CLIENT_MESSAGE).write(message, out);
            return out.readableBytes() - 4;
        } finally {
            out.release();
        }
    }
}
