// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.HostPort;
import org.sallyport.dataplane.internal.io.NameResolver;
import org.sallyport.testkit.NioLoops;
import org.sallyport.testkit.resource.Resource;

@Timeout(60)
class HappyEyeballsTest {
    private final NioLoops loops = new NioLoops(1);

    @AfterEach
    void close() {
        loops.close();
    }

    @Test
    void anAddressThatRefusesIsPassedOver() throws Exception {
        try (Resource echo = Resource.echo()) {
            int port = echo.address().port();
            assertThat(dial(new InetSocketAddress(NameResolver.literal("::1"), port), address(echo.address())))
                    .isEqualTo(address(echo.address()));
        }
    }

    @Test
    void anAddressThatDoesNotAnswerIsNotWaitedFor() throws Exception {
        try (Resource silent = Resource.neverAnswering();
                Resource echo = Resource.echo()) {
            assertThat(dial(address(silent.address()), address(echo.address()))).isEqualTo(address(echo.address()));
        }
    }

    @Test
    void whenNoneAnswersTheLastFailureIsTold() throws Exception {
        try (Resource one = Resource.refusing();
                Resource other = Resource.refusing()) {
            assertThat(dial(address(one.address()), address(other.address()))).isInstanceOf(ConnectException.class);
        }
    }

    /** {@return the address of the socket, or the failure} */
    private Object dial(InetSocketAddress... addresses) throws Exception {
        EventLoop loop = loops.next();
        CompletableFuture<Object> told = new CompletableFuture<>();
        HappyEyeballs race = new HappyEyeballs(loops, loop, List.of(addresses), new HappyEyeballs.Outcome() {
            @Override
            @SuppressWarnings("FutureReturnValueIgnored") // nobody waits
            public void connected(DuplexChannel socket, InetAddress address) {
                assertThat(((InetSocketAddress) socket.remoteAddress()).getAddress())
                        .isEqualTo(address);
                told.complete(socket.remoteAddress());
                socket.close();
            }

            @Override
            public void failed(Throwable last) {
                told.complete(last);
            }
        });
        loop.execute(race::dial);
        return told.get(30, TimeUnit.SECONDS);
    }

    private static InetSocketAddress address(HostPort where) {
        return new InetSocketAddress(NameResolver.literal(where.host()), where.port());
    }
}
