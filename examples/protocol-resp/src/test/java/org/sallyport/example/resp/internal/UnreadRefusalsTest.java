// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.HostPort;
import org.sallyport.contract.protocol.TwoEnds;
import org.sallyport.contract.protocol.Way;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Resource;

/** Refusals are made at the gateway, so nobody else stops an application that does not read them. */
@Timeout(60)
class UnreadRefusalsTest {
    private static final String NAME = "N".repeat(CommandReader.NAME);
    private static final String COMMAND = "*1\r\n$64\r\n" + NAME + "\r\n";
    private static final String REFUSAL = "-ERR command '" + NAME + "' is not allowed by this gateway\r\n";
    private static final int AT_ONCE = 10;

    private final AtomicLong sent = new AtomicLong();
    private final AtomicBoolean enough = new AtomicBoolean();

    @Test
    void anApplicationThatDoesNotReadThemIsNotReadEither() throws Exception {
        try (TwoEnds ends = new TwoEnds(Way.ON_PREMISES, new Properties(), "resp", new RespProtocol(Map.of()));
                Resource held = Resource.held();
                Socket application = new Socket()) {
            HostPort listening = ends.attach().listening(held.address());
            // little room on the way, so that it is soon full
            application.setReceiveBufferSize(4 * 1024);
            application.setSendBufferSize(4 * 1024);
            application.setSoTimeout(20_000);
            application.connect(new InetSocketAddress(listening.host(), listening.port()));
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendUntilEnough(application));
            awaitStandstill();
            enough.set(true);
            long read = 0;
            byte[] expected = RespSpeech.bytes(REFUSAL);
            while (!sending.isDone() || read < sent.get()) {
                assertThat(application.getInputStream().readNBytes(expected.length))
                        .isEqualTo(expected);
                read++;
            }
            sending.get(20, TimeUnit.SECONDS);
            application.shutdownOutput();
            assertThat(application.getInputStream().read()).isEqualTo(-1);
        }
    }

    private void sendUntilEnough(Socket application) {
        byte[] some = RespSpeech.bytes(COMMAND.repeat(AT_ONCE));
        try {
            while (!enough.get()) {
                application.getOutputStream().write(some);
                sent.addAndGet(AT_ONCE);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitStandstill() {
        long[] before = {0, System.nanoTime()};
        Await.until("nothing more is taken", () -> {
            long now = sent.get();
            if (now != before[0] || now == 0) {
                before[0] = now;
                before[1] = System.nanoTime();
            }
            return System.nanoTime() - before[1] > TimeUnit.SECONDS.toNanos(1);
        });
    }
}
