// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.fault.FaultProxy;
import org.sallyport.testkit.resource.Pattern;
import org.sallyport.testkit.resource.Resource;

/** Applications that do not read what they asked for, and a client that is slow, beside others that go on. */
@Timeout(120)
final class StallTest {
    /** More than sockets and windows take of it on the way to an application that does not read. */
    private static final long DOWNLOAD = 12 << 20;

    private static final long TRANSFER = 4 << 20;

    /** What a stream begins with, which is what a stalled one holds at least. */
    private static final long WINDOW = 65_536;

    @RegisterExtension
    private final Site site = new Site();

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void stalledReadersHoldNobodyUpAndGetAllOnceTheyRead(int stalled) throws Exception {
        Resource echo = site.ending(Resource.echo());
        HostPort source = attached(site.ending(Resource.source(DOWNLOAD)), echo);
        HostPort busy = busy(echo);
        List<Stalled> readers = stalled(source, stalled);
        Await.until("all are stalled", () -> held() >= stalled * WINDOW / 2);

        List<Echoed> transfers =
                Stream.generate(() -> Echoed.begin(busy, TRANSFER)).limit(8).toList();
        for (Echoed each : transfers) {
            each.isRight();
        }
        assertThat(held()).isGreaterThanOrEqualTo(stalled * WINDOW / 2);

        for (Stalled reader : readers) {
            assertThat(reader.read()).isEqualTo(DOWNLOAD);
        }
        Await.until("nothing is held", () -> held() == 0);
    }

    @Test
    void beyondTheBoundOfMemoryWhoIsStalledIsResetAndNobodyElse() throws Exception {
        long bound = 4 << 20;
        Resource echo = site.ending(Resource.echo());
        HostPort source = attached(site.ending(Resource.source(DOWNLOAD)), echo);
        HostPort busy = busy(echo);
        site.server().limit("memory.process", "4m");
        Load load = site.ending(new Load());
        load.apply(busy, 8, 1);
        Await.until("the load begins", () -> load.bytes() > 0);

        List<Stalled> readers = stalled(source, 150);
        Await.until("some are reset", () -> resets() > 0);
        long then = load.bytes();
        Await.until("the load goes on", () -> {
            assertThat(held()).isLessThan(bound + bound / 4);
            return load.bytes() > then + TRANSFER;
        });

        int reset = 0;
        for (Stalled reader : readers) {
            long read = reader.read();
            assertThat(read).isIn(DOWNLOAD, Stalled.RESET);
            reset += read == Stalled.RESET ? 1 : 0;
        }
        assertThat(reset).isBetween(1, readers.size() - 1);
        assertThat(load.end()).isEmpty();
        assertThat(site.server().count(Event.Detached.class)).isZero();
        Await.until("nothing is held", () -> held() == 0);
        Echoed.begin(busy, TRANSFER).isRight();
    }

    @Test
    void aSlowClientTakesItsTurnAndSlowsNoOther() throws Exception {
        Resource echo = site.ending(Resource.echo());
        FaultProxy slow = site.network();
        slow.bothWays(lane -> lane.rate(TRANSFER / 2).hold(WINDOW));
        site.server().heard(site.client("slow").attach(site.token(), 1, slow.address()));
        site.server()
                .heard(site.client("fast").attach(site.token(), 1, site.server().tunnel()));
        HostPort listen = site.listening(site.inward(echo));

        List<Echoed> transfers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            transfers.add(Echoed.begin(listen, TRANSFER));
        }
        Await.until("the fast client's are through", () -> running(transfers) <= 4);

        assertThat(running(transfers)).isEqualTo(4);
        for (Echoed each : transfers) {
            each.isRight();
        }
    }

    private static long running(List<Echoed> transfers) {
        return transfers.stream().filter(Echoed::isRunning).count();
    }

    /** {@return the listener of a destination, once a client carries it} */
    private HostPort attached(Resource source, Resource echo) {
        site.server().allow(site.gateway(), echo.address());
        ClientNode client = site.client("client");
        site.server().heard(client.attach(site.token(), 1, site.server().tunnel()));
        return site.listening(site.inward(source));
    }

    private HostPort busy(Resource echo) {
        return site.listening(site.server().onPremises(site.gateway(), "busy", echo.address()));
    }

    private List<Stalled> stalled(HostPort source, int count) throws IOException {
        List<Stalled> readers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            readers.add(site.ending(new Stalled(source)));
        }
        return readers;
    }

    private long held() {
        return Node.limit(site.server().limits(), "memory.process").used();
    }

    private int resets() {
        return site.server().count(Event.FlowEnded.class, flow -> flow.end().contains("its reader does not read"));
    }

    /** An application that does not read until it is asked to. */
    private static final class Stalled implements AutoCloseable {
        static final long RESET = -2;

        private final Socket socket = new Socket();

        Stalled(HostPort source) throws IOException {
            socket.setReceiveBufferSize(16_384);
            socket.setSoTimeout(20_000);
            socket.connect(new InetSocketAddress(source.host(), source.port()), 20_000);
        }

        /** {@return how many bytes came, -1 if one was wrong, {@link #RESET} if there was a reset} */
        long read() throws IOException {
            try (socket) {
                return Pattern.readToEnd(socket.getInputStream());
            } catch (SocketException reset) {
                return RESET;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
