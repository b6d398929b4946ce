// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.Verdict;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.testkit.resource.Resource;

/** What is not plainly allowed is not dialled. */
@Timeout(60)
class EgressRulesTest {
    private final TestPlane process = new TestPlane();
    private final GatewayPlane gateway = process.plane().plane(TestPlane.FIRST, "first");

    @AfterEach
    void close() {
        process.close();
    }

    @Test
    void whatIsAllowedIsDialled() {
        try (Resource echo = Resource.echo()) {
            assertThat(TestPlane.probe(
                            gateway,
                            TestPlane.FIRST,
                            echo.address(),
                            (host, port, address) -> new Verdict.Allowed("test")))
                    .isEqualTo(OpenReply.OK);
        }
    }

    @Test
    void aResourceOfWhichOnlyPathsAreAllowedIsNotDialledForAProtocolThatKnowsNone() {
        try (Resource echo = Resource.echo()) {
            OpenReply reply = TestPlane.probe(
                    gateway,
                    TestPlane.FIRST,
                    echo.address(),
                    (host, port, address) -> new Verdict.Denied(Verdict.Source.ACL, "only paths are allowed", true));
            assertThat(reply).isEqualTo(new OpenReply(OpenCode.DENIED, "only paths are allowed"));
            assertThat(echo.served()).isZero();
        }
    }

    @Test
    void aPolicyThatFailsAllowsNothing() {
        try (Resource echo = Resource.echo()) {
            OpenReply reply = TestPlane.probe(gateway, TestPlane.FIRST, echo.address(), (host, port, address) -> {
                throw new IllegalStateException("no policy was read");
            });
            assertThat(reply.code()).isEqualTo(OpenCode.DENIED);
            assertThat(reply.text()).isEqualTo("the access policy failed at the end that dials");
            assertThat(echo.served()).isZero();
        }
    }

    @Test
    @SuppressWarnings("NullAway") // a mistake of whoever configures it
    void noPolicyAllowsNothing() {
        try (Resource echo = Resource.echo()) {
            assertThat(TestPlane.probe(gateway, TestPlane.FIRST, echo.address(), null)
                            .code())
                    .isEqualTo(OpenCode.DENIED);
            assertThat(echo.served()).isZero();
        }
    }
}
