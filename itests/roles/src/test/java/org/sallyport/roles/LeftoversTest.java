// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Conversation;

/** What an ended connection leaves on the heap: nothing, whatever was to be done with it later. */
@Timeout(120)
final class LeftoversTest {
    private static final int CONNECTIONS = 50;

    @RegisterExtension
    private final Site site = new Site();

    @Test
    void connectionsThatEndedAreForgottenThoughTheyMayHaveBeenIdleForLong() throws Exception {
        DestinationOptions patient = DestinationOptions.DEFAULTS
                .withConnectTimeout(Duration.ofMinutes(3))
                .withIdleTimeout(Duration.ofHours(1));
        HostPort resource = site.resource().address();
        site.server().allow(site.gateway(), resource);
        HostPort outward = ServerNode.local(site.server()
                .cloud(site.gateway(), "outward", resource, Ports.free(), patient)
                .listen());
        site.client("client").attach(site.token(), site.server().tunnel());
        HostPort inward = site.listening(site.server().onPremises(site.gateway(), "inward", resource, patient));

        for (HostPort to : new HostPort[] {inward, outward}) {
            for (int i = 0; i < CONNECTIONS; i++) {
                // the application ends first, so that its half-closed socket is looked after
                assertThat(Named.ask(to, "x")).isEqualTo("office\nx");
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                try (Conversation application = Conversation.connect(to)) {
                    assertThat(application.receive(7)).isEqualTo("office\n");
                    application.reset();
                }
            }
        }

        site.server().await(Event.FlowEnded.class, 2 * CONNECTIONS - 1, flow -> true);
        for (String kept : new String[] {
            "dataplane.internal.ingress.IngressConnection",
            "dataplane.internal.egress.EgressConnection",
            "dataplane.internal.relay.SocketEnd",
            "dataplane.internal.relay.StreamEnd"
        }) {
            Await.until("no " + kept + " is left", () -> alive("org.sallyport." + kept) == 0);
        }
    }

    /** {@return how many objects of a class are reachable} */
    private static long alive(String name) {
        try {
            String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            return histogram
                    .lines()
                    .map(line -> line.trim().split("\\s+"))
                    .filter(columns -> columns.length > 3 && columns[3].equals(name))
                    .mapToLong(columns -> Long.parseLong(columns[1]))
                    .sum();
        } catch (JMException e) {
            throw new AssertionError(e);
        }
    }
}
