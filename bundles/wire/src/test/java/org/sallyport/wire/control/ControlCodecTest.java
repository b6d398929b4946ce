// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.wire.TunnelProtocol;

/** The codec as a handler; messages are written by an independent CBOR library. */
class ControlCodecTest {
    private final EmbeddedChannel server = new EmbeddedChannel(ControlCodec.atServer());

    @AfterEach
    void close() {
        server.finishAndReleaseAll();
    }

    @Test
    void readsWhatAnotherLibraryWrote() throws IOException {
        server.writeInbound(message(cbor -> {
            cbor.writeStartObject(3);
            cbor.writeStringField("type", "detach");
            cbor.writeStringField("reason", "maintenance €");
            cbor.writeFieldName("later");
            cbor.writeStartArray(null, 2);
            cbor.writeBinary(new byte[300]);
            cbor.writeNull();
            cbor.writeEndArray();
            cbor.writeEndObject();
        }));

        assertThat(server.<ControlMessage>readInbound()).isEqualTo(new Detach("maintenance €"));
    }

    @Test
    void messagesOfUnknownTypeAreSkipped() throws IOException {
        server.writeInbound(message(cbor -> {
            cbor.writeStartObject(1);
            cbor.writeStringField("type", "of-a-later-version");
            cbor.writeEndObject();
        }));
        ByteBuf known = Unpooled.buffer();
        write(known, new Drain(5));
        server.writeInbound(known);

        assertThat(server.<ControlMessage>readInbound()).isEqualTo(new Drain(5));
    }

    @Test
    void aMessageWithoutARequiredKeyNamesIt() {
        assertViolation(
                cbor -> {
                    cbor.writeStartObject(1);
                    cbor.writeStringField("type", "drain");
                    cbor.writeEndObject();
                },
                "drain: the required key \"deadline\" is missing; expected a number");
    }

    @Test
    void aValueOfAnotherTypeIsAViolation() {
        assertViolation(
                cbor -> {
                    cbor.writeStartObject(2);
                    cbor.writeStringField("type", "drain");
                    cbor.writeStringField("deadline", "soon");
                    cbor.writeEndObject();
                },
                "drain: \"deadline\" is text; expected a number");
    }

    @Test
    void aValueOutOfRangeIsAViolation() {
        assertViolation(
                cbor -> {
                    cbor.writeStartObject(2);
                    cbor.writeStringField("type", "drain");
                    cbor.writeNumberField("deadline", -1);
                    cbor.writeEndObject();
                },
                "drain: \"deadline\" is -1; expected 0 or more");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "33,1,1,probe-result: \"steps\" has 33 entries; expected at most 32",
                "1,65,1,probe-result.steps: \"name\" has 65 characters; expected at most 64",
                "1,0,1,probe-result.steps: \"name\" is empty; expected text",
                "1,1,513,probe-result.steps: \"text\" has 513 characters; expected at most 512"
            })
    void stepsOfATestAreBounded(int steps, int name, int text, String message) {
        assertViolation(cbor -> result(cbor, steps, name, text), message);
    }

    private static void result(CBORGenerator cbor, int steps, int name, int text) throws IOException {
        cbor.writeStartObject(4);
        cbor.writeStringField("type", "probe-result");
        cbor.writeNumberField("request", 1);
        cbor.writeNumberField("code", 0);
        cbor.writeFieldName("steps");
        cbor.writeStartArray(null, steps);
        for (int i = 0; i < steps; i++) {
            cbor.writeStartObject(2);
            cbor.writeStringField("name", "n".repeat(name));
            cbor.writeStringField("text", "t".repeat(text));
            cbor.writeEndObject();
        }
        cbor.writeEndArray();
        cbor.writeEndObject();
    }

    @Test
    void anAnswerToATestWithoutStepsIsOneOfAnOlderClient() throws IOException {
        server.writeInbound(message(cbor -> {
            cbor.writeStartObject(3);
            cbor.writeStringField("type", "probe-result");
            cbor.writeNumberField("request", 7);
            cbor.writeNumberField("code", 0);
            cbor.writeEndObject();
        }));
        assertThat(server.<ControlMessage>readInbound()).isEqualTo(new ProbeResult(7, 0, "", 0, List.of()));
    }

    @Test
    void bothTokenAndDescriptorAreAViolation() {
        assertViolation(
                cbor -> {
                    cbor.writeStartObject(4);
                    cbor.writeStringField("type", "attach");
                    cbor.writeStringField("token", "a");
                    cbor.writeStringField("descriptor", "b");
                    cbor.writeStringField("version", "1");
                    cbor.writeEndObject();
                },
                "attach: both of \"token\" and \"descriptor\" are there; expected one of them");
    }

    @ParameterizedTest
    @CsvSource({
        "00000000, a message of 0 bytes",
        "00010001, a message of 65537 bytes; expected 1 to 65536",
        "ffffffff, a message of 4294967295 bytes",
        "0000000180, a message is a list; expected a map",
        "00000001bf, indefinite length",
        "00000002a0f6, 1 bytes behind its map",
        "00000001a1, more keys than its message has bytes",
        "00000003a10102, a key that is a number",
        "00000007a2616101616102, the same key twice",
        "00000006a16161f90000, float or simple value",
        "00000005a16161c000, CBOR tag",
        "0000000ba161618181818181818180, deeper than 8 levels",
        "00000005a16161787f, reaches beyond the end",
        "00000003b90101, 257 keys",
        "0000000ba1647479706564647261ff, that is not UTF-8"
    })
    void whatIsOutsideTheProfileIsRefusedOnceAndThenNothingIsRead(String hex, String message) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertThatThrownBy(() -> server.writeInbound(Unpooled.wrappedBuffer(bytes)))
                .isInstanceOf(ControlViolation.class)
                .hasMessageContaining(message);
        server.writeInbound(Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 0}));
        assertThat(server.<Object>readInbound()).isNull();
    }

    @Test
    void aMessageThatIsTooLongIsNotSentAndFailsItsPromise() {
        EmbeddedChannel client = new EmbeddedChannel(ControlCodec.atClient());
        Detach tooLong = new Detach("x".repeat(TunnelProtocol.MAX_CLIENT_MESSAGE));

        assertThat(client.writeOneOutbound(tooLong).cause())
                .isInstanceOf(ControlViolation.class)
                .hasMessageContaining("expected at most 65536");
        client.writeOutbound(new Detach("short"));
        ByteBuf sent = client.readOutbound();
        assertThat(ByteBufUtil.hexDump(sent)).startsWith("000000");
        sent.release();
        client.finishAndReleaseAll();
    }

    @Test
    void aTokenIsNotShown() {
        assertThat(Attach.withToken("secret", "host", "1").toString()).doesNotContain("secret");
    }

    @Test
    void equalMessagesAreEqualBytesWhateverTheOrderOfTheirMaps() throws ControlViolation {
        Attach one = Attach.withToken("t", "h", "1").describing(List.of(), Map.of("a", "1", "b", "2", "c", "3"));
        Attach other = Attach.withToken("t", "h", "1").describing(List.of(), Map.of("c", "3", "b", "2", "a", "1"));
        ByteBuf first = Unpooled.buffer();
        ByteBuf second = Unpooled.buffer();
        new ControlEncoder(1000).write(one, first);
        new ControlEncoder(1000).write(other, second);

        assertThat(ByteBufUtil.hexDump(first)).isEqualTo(ByteBufUtil.hexDump(second));
    }

    private interface Content {
        void write(CBORGenerator cbor) throws IOException;
    }

    private void assertViolation(Content content, String message) {
        assertThatThrownBy(() -> server.writeInbound(message(content)))
                .isInstanceOf(ControlViolation.class)
                .hasMessage(message);
    }

    private static ByteBuf message(Content content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CBORGenerator cbor = new CBORFactory().createGenerator(bytes)) {
            content.write(cbor);
        }
        return Unpooled.buffer().writeInt(bytes.size()).writeBytes(bytes.toByteArray());
    }

    private static void write(ByteBuf out, ControlMessage message) {
        try {
            new ControlEncoder(TunnelProtocol.MAX_CLIENT_MESSAGE).write(message, out);
        } catch (ControlViolation unsendable) {
            throw new AssertionError(unsendable);
        }
    }
}
