// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.itests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.testkit.NioLoops;

/** Our mux against yamux as others wrote it. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class YamuxInteropTest {
    private final NioLoops loops = new NioLoops(1);

    @AfterEach
    void stop() {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        loops.close();
    }

    @ParameterizedTest(name = "{1} streams of {2} bytes, window {0}")
    @CsvSource({"262144, 1, 0", "262144, 20, 3000000", "6291456, 20, 3000000", "262144, 500, 2000"})
    void weOpenStreamsToAGoServerThatListens(long window, int streams, int bytes) throws Exception {
        try (PeerProcess peer = PeerProcess.go(window, "listen", "127.0.0.1:0", "server", "echo")) {
            PlainMux mux = PlainMux.dial(loops, peer.port(), true);
            mux.checkEchoes(streams, bytes);
            end(mux, peer);
        }
    }

    @ParameterizedTest(name = "{1} streams of {2} bytes, window {0}")
    @CsvSource({"262144, 20, 3000000", "6291456, 20, 3000000", "262144, 250, 2000"})
    void weAnswerAGoClientThatListens(long window, int streams, int bytes) throws Exception {
        try (PeerProcess peer =
                PeerProcess.go(window, "listen", "127.0.0.1:0", "client", "open", text(streams), text(bytes))) {
            PlainMux mux = PlainMux.dial(loops, peer.port(), false);
            peer.succeeds();
            mux.awaitClosed();
            assertThat(mux.openStreams()).isZero();
        }
    }

    @ParameterizedTest(name = "{1} streams of {2} bytes, window {0}")
    @CsvSource({"262144, 20, 3000000", "6291456, 5, 10000000"})
    void weOpenStreamsToAGoServerThatDials(long window, int streams, int bytes) throws Exception {
        try (PlainMux.Listening listening = new PlainMux.Listening(loops, true);
                PeerProcess peer = PeerProcess.go(window, "dial", "127.0.0.1:" + listening.port(), "server", "echo")) {
            PlainMux mux = listening.accept();
            mux.checkEchoes(streams, bytes);
            end(mux, peer);
        }
    }

    @ParameterizedTest(name = "{1} streams of {2} bytes, window {0}")
    @CsvSource({"262144, 20, 3000000", "6291456, 20, 3000000"})
    void weAnswerAGoClientThatDials(long window, int streams, int bytes) throws Exception {
        try (PlainMux.Listening listening = new PlainMux.Listening(loops, false);
                PeerProcess peer = PeerProcess.go(
                        window,
                        "dial",
                        "127.0.0.1:" + listening.port(),
                        "client",
                        "open",
                        text(streams),
                        text(bytes))) {
            PlainMux mux = listening.accept();
            peer.succeeds();
            mux.awaitClosed();
            assertThat(mux.openStreams()).isZero();
        }
    }

    @ParameterizedTest(name = "{0} streams of {1} bytes")
    @CsvSource({"5, 300000", "2, 5000000", "200, 2000"})
    void weAnswerAJavaScriptClient(int streams, int bytes) throws Exception {
        try (PlainMux.Listening listening = new PlainMux.Listening(loops, false);
                PeerProcess peer =
                        PeerProcess.javascript(text(listening.port()), "client", "open", text(streams), text(bytes))) {
            PlainMux mux = listening.accept();
            peer.succeeds();
            mux.awaitClosed();
            assertThat(mux.openStreams()).isZero();
        }
    }

    @ParameterizedTest(name = "{0} streams of {1} bytes")
    @CsvSource({"5, 300000", "2, 5000000", "200, 2000"})
    void weOpenStreamsToAJavaScriptServer(int streams, int bytes) throws Exception {
        try (PlainMux.Listening listening = new PlainMux.Listening(loops, true);
                PeerProcess peer = PeerProcess.javascript(text(listening.port()), "server", "echo")) {
            PlainMux mux = listening.accept();
            mux.checkEchoes(streams, bytes);
            end(mux, peer);
        }
    }

    @Test
    void aGoServerAnswersOurPings() throws Exception {
        try (PeerProcess peer = PeerProcess.go(262_144, "listen", "127.0.0.1:0", "server", "echo")) {
            PlainMux mux = PlainMux.dial(loops, peer.port(), true);
            assertThat(mux.ping()).isPositive();
            end(mux, peer);
        }
    }

    private static void end(PlainMux mux, PeerProcess peer) throws Exception {
        assertThat(mux.openStreams()).isZero();
        mux.close();
        assertThat(mux.awaitClosed()).isEqualTo("the test is over");
        peer.succeeds();
    }

    private static String text(int number) {
        return String.valueOf(number);
    }
}
