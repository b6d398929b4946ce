// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.api.HostPort;
import org.sallyport.testkit.process.Program;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Resource;

/** A proxy as a process, and the words that it is told. */
@Timeout(60)
final class FaultCommandTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final FaultCommand command = new FaultCommand(new PrintStream(said, true, StandardCharsets.UTF_8));

    @Test
    void aProcessListensSaysWhereAndDoesWhatItIsTold() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        try (Resource echo = Resource.echo();
                Program program = Program.start(
                        "fault proxy",
                        new ProcessBuilder(
                                java,
                                "-cp",
                                System.getProperty("java.class.path"),
                                FaultProxy.class.getName(),
                                "127.0.0.1:0",
                                echo.address().toString(),
                                "delay=30ms",
                                "seed=5"))) {
            String line = program.awaitLine("listening on ");
            HostPort address = HostPort.parse(line.substring("listening on ".length()));
            try (Conversation client = Conversation.connect(address)) {
                long begin = System.nanoTime();
                assertThat(client.send("x").receive(1)).isEqualTo("x");
                assertThat(System.nanoTime() - begin).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(59));
                program.type("show\n").awaitLine("connection 1: to the server 1 bytes, 0 held; to the client 1 bytes");
                program.type("reset\n").awaitLine("ok");
                assertThat(client.isResetNext()).isTrue();
            }
            program.terminate();
            program.awaitExit();
        }
    }

    @Test
    void eachWordIsUnderstood() throws Exception {
        String lines =
                """
                delay=1ms jitter=500us rate=10M hold=64k
                toServer.chop=3 toClient.cut=5 toServer.cut=5,fin toClient.cut=5k,reset,client

                stall
                toServer.freeze
                toClient.blackhole
                resume
                refuse
                accept
                heal
                """;
        try (Resource echo = Resource.echo();
                FaultProxy proxy =
                        command.start(List.of("127.0.0.1:0", echo.address().toString(), "delay=0s"))) {
            command.obey(proxy, new BufferedReader(new StringReader(lines)));

            assertThat(said.toString(StandardCharsets.UTF_8).lines()).hasSize(9).containsOnly("ok");
            try (Conversation client = Conversation.connect(proxy.address())) {
                assertThat(client.send("x").end().receiveAll()).isEqualTo("x");
            }
        }
    }

    @Test
    void aLineWithAMistakeIsAnsweredAndDoesNothing() throws Exception {
        try (Resource echo = Resource.echo();
                FaultProxy proxy =
                        command.start(List.of("127.0.0.1:0", echo.address().toString()))) {
            command.obey(proxy, new BufferedReader(new StringReader("refuse delay=slow")));

            assertThat(said.toString(StandardCharsets.UTF_8))
                    .startsWith("'delay=slow': expected a duration as 500us, 100ms or 2s");
            try (Conversation client = Conversation.connect(proxy.address())) {
                assertThat(client.send("x").end().receiveAll()).isEqualTo("x");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delay",
                "delay=1",
                "delay=-1ms",
                "rate=fast",
                "chop=1x",
                "cut=1,gone",
                "cut=1,fin,nobody",
                "explode",
                "toServer.refuse",
                "hold=99999999999999999999"
            })
    void whatIsNotUnderstoodIsNamedWithWhatIsExpected(String word) {
        assertThatThrownBy(() -> command.start(List.of("127.0.0.1:0", "127.0.0.1:1", word)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + word + "': expected ");
    }

    @Test
    void whereToListenAndWhereToLeadIsNeeded() {
        assertThatThrownBy(() -> command.start(List.of("127.0.0.1:0")))
                .hasMessage(
                        "'127.0.0.1:0': expected LISTEN SERVER [OPTION…], as in 127.0.0.1:0 127.0.0.1:7777 delay=100ms");
        assertThatThrownBy(() -> command.start(List.of("here", "127.0.0.1:1"))).hasMessageContaining("HOST:PORT");
    }
}
