// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.HostPort;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.ResourceTls;
import org.sallyport.api.Verdict;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.Protocol;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.testkit.resource.Resource;

/** Two ends whose legs are protected: the applications' as the protocol says, the resource's as the row says. */
@Timeout(60)
@SuppressWarnings("NullAway.Init") // the fields are set before each test
public abstract class LegsFixture {
    static final String INGRESS_NAME = "gateway.example";
    static final String RESOURCE_NAME = "db.example";

    /** Allows all, names too that a proxy resolves. */
    static final AccessPolicy ALL = new AccessPolicy() {
        @Override
        public Verdict check(String host, int port, @Nullable InetAddress address) {
            return new Verdict.Allowed("test");
        }

        @Override
        public Verdict checkUnresolved(String host, int port) {
            return new Verdict.Allowed("test");
        }
    };

    @Parameter(0)
    Way way;

    @Parameter(1)
    LegSecurity resourceLeg;

    final TestAuthority ingressAuthority = new TestAuthority("ingress");
    final TestAuthority applications = new TestAuthority("applications");
    final TestAuthority resources = new TestAuthority("resources");
    final TestAuthority dialling = new TestAuthority("dialling");
    final KeyMaterial applicationKey = applications.issue("app-1");

    private Protocol service;
    TwoEnds ends;

    /** {@return the protocol under test, a new one for each test} */
    protected abstract Protocol protocol();

    /** {@return the name that it is installed under} */
    protected abstract String name();

    @BeforeEach
    void open() {
        service = protocol();
        ends = new TwoEnds(way, new Properties(), name(), service);
        ends.legs().set(Leg.INGRESS, ingressAuthority.issue(INGRESS_NAME), List.of(applications.certificate()));
        ends.legs().set(Leg.EGRESS, dialling.issue("egress"), List.of(resources.certificate()));
    }

    @AfterEach
    void close() {
        ends.close();
    }

    private boolean secured() {
        return service.ingressSecurity() != LegSecurity.NONE;
    }

    final Socket application(HostPort to) throws IOException {
        return application(to, applicationKey);
    }

    final Socket application(HostPort to, @Nullable KeyMaterial key) throws IOException {
        if (secured()) {
            return new TlsPeer(key, ingressAuthority.certificate()).connect(to, INGRESS_NAME);
        }
        return plain(to);
    }

    static Socket plain(HostPort to) throws IOException {
        Socket socket = new Socket(to.host(), to.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Connects as a load balancer does, which says something before the application's own connection begins. */
    final Socket application(HostPort to, byte[] before) throws IOException {
        Socket socket = plain(to);
        socket.getOutputStream().write(before);
        return secured()
                ? new TlsPeer(applicationKey, ingressAuthority.certificate()).over(socket, INGRESS_NAME)
                : socket;
    }

    final Resource echo() {
        return resourceLeg == LegSecurity.NONE ? Resource.echo() : echo(resources.issue(RESOURCE_NAME));
    }

    final Resource echo(KeyMaterial key) {
        boolean mutual = resourceLeg == LegSecurity.MUTUAL;
        return new TlsPeer(key, mutual ? dialling.certificate() : null).echo(mutual);
    }

    /** {@return a resource that does something with each connection before it is protected, then sends back what it gets} */
    final Resource echoAfter(Resource.Script before) {
        if (resourceLeg == LegSecurity.NONE) {
            return Resource.of(socket -> {
                before.serve(socket);
                socket.getInputStream().transferTo(socket.getOutputStream());
                socket.shutdownOutput();
            });
        }
        boolean mutual = resourceLeg == LegSecurity.MUTUAL;
        return new TlsPeer(resources.issue(RESOURCE_NAME), mutual ? dialling.certificate() : null).echo(mutual, before);
    }

    final DestinationOptions options() {
        return DestinationOptions.DEFAULTS
                .withConnectTimeout(Duration.ofSeconds(5))
                .withResourceTls(
                        resourceLeg == LegSecurity.NONE
                                ? ResourceTls.NONE
                                : new ResourceTls(resourceLeg, RESOURCE_NAME, true));
    }

    final HostPort listening(Resource resource) {
        return ends.attach().listening(resource.address(), options());
    }

    static String exchange(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return new String(socket.getInputStream().readNBytes(text.length()), StandardCharsets.UTF_8);
    }

    static void drain(Socket socket) {
        try {
            while (socket.getInputStream().read() >= 0) {
                // an alert, perhaps
            }
        } catch (IOException reset) {
            // as good as an end
        }
    }
}
