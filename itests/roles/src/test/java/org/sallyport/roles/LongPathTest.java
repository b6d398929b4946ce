// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.api.HostPort;
import org.sallyport.api.service.DestinationView;
import org.sallyport.testkit.fault.FaultProxy;
import org.sallyport.testkit.resource.Resource;

/** A single stream fills a path on which every byte is long under way: its windows grow with the round trip. */
@Timeout(120)
final class LongPathTest {
    private static final long BYTES = 24 << 20;

    /** With the windows that streams begin with it would take 384 round trips. */
    private static final int ROUND_TRIPS = 60;

    @RegisterExtension
    private final Site site = new Site();

    @ParameterizedTest
    @ValueSource(ints = {100, 200})
    void aStreamGrowsIntoItBothWays(int rttMillis) throws Exception {
        Resource echo = site.ending(Resource.echo());
        FaultProxy network = site.network();
        network.bothWays(lane -> lane.delay(Duration.ofMillis(rttMillis / 2)));
        DestinationView outward = site.server().cloud(site.gateway(), "outward", echo.address(), Ports.free());
        ClientNode client = site.client("client");
        site.server().heard(client.attach(site.token(), 1, network.address()));

        for (HostPort to : new HostPort[] {site.listening(site.inward(echo)), site.listening(outward)}) {
            long begun = System.nanoTime();
            Echoed.begin(to, BYTES).isRight();
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .describedAs("time for %d bytes there and back", BYTES)
                    .isBetween(Duration.ofMillis(3L * rttMillis), Duration.ofMillis((long) ROUND_TRIPS * rttMillis));
        }
    }
}
