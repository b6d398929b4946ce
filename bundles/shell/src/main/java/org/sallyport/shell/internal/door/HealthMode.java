// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.door;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.sallyport.api.door.DoorFrame;
import org.sallyport.api.door.DoorHello;
import org.sallyport.shell.internal.verb.Health;
import org.sallyport.shell.internal.verb.Services;

/** Says whether everything does its job. */
final class HealthMode implements DoorMode {
    private final Services services;

    HealthMode(Services services) {
        this.services = services;
    }

    @Override
    public int serve(DoorHello hello, DoorConnection connection) throws IOException {
        List<Health.Line> lines = Health.check(services);
        connection.output(DoorFrame.OUT).write(Health.text(lines).getBytes(StandardCharsets.UTF_8));
        return lines.stream().allMatch(Health.Line::healthy) ? 0 : 1;
    }
}
