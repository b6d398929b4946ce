// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.header;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes as the specification of the PROXY protocol shows them, and what it does not allow. */
class HeaderParserTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String V4 = SIGNATURE + "2111000c" + "c0a80001" + "c0a8000b" + "dc04" + "01bb";
    private static final String V6 = SIGNATURE + "21210024" + "20010db8000000000000000000000001"
            + "20010db8000000000000000000000002" + "dc04" + "01bb";

    @Test
    void theLineOfTheSpecificationIsRead() throws HeaderException {
        Ends ends = line("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n").ends();

        assertThat(ends)
                .isEqualTo(new Ends(
                        new InetSocketAddress("192.168.0.1", 56_324), new InetSocketAddress("192.168.0.11", 443)));
    }

    @Test
    void theLongestLinesOfTheSpecificationAreRead() throws HeaderException {
        assertThat(line("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n")
                        .ends())
                .isNotNull();
        String all = "ffff:f...f:ffff".replace(":f...f:", ":ffff:ffff:ffff:ffff:ffff:ffff:");
        assertThat(line("PROXY TCP6 " + all + " " + all + " 65535 65535\r\n").ends())
                .isNotNull();
        assertThat(line("PROXY UNKNOWN\r\n").ends()).isNull();
        assertThat(line("PROXY UNKNOWN " + all + " " + all + " 65535 65535\r\n").ends())
                .isNull();
    }

    @Test
    void binaryHeadersOfBothFamiliesAreRead() throws HeaderException {
        assertThat(binary(V4).ends())
                .isEqualTo(new Ends(
                        new InetSocketAddress("192.168.0.1", 56_324), new InetSocketAddress("192.168.0.11", 443)));
        assertThat(binary(V6).ends())
                .isEqualTo(new Ends(
                        new InetSocketAddress("2001:db8::1", 56_324), new InetSocketAddress("2001:db8::2", 443)));
    }

    @Test
    void aBinaryHeaderMayTellNothing() throws HeaderException {
        assertThat(binary(SIGNATURE + "20000000").ends()).isNull();
        assertThat(binary(SIGNATURE + "2011000c" + "c0a80001c0a8000bdc0401bb").ends())
                .isNull();
        assertThat(binary(SIGNATURE + "21000000").ends()).isNull();
        assertThat(binary(SIGNATURE + "213100d8" + "00".repeat(216)).ends()).isNull();
    }

    @Test
    void extensionsArePassedOver() throws HeaderException {
        String extended = SIGNATURE + "21110014" + "c0a80001c0a8000bdc0401bb" + "0100026832" + "040000";
        assertThat(binary(extended).ends()).isEqualTo(binary(V4).ends());
    }

    @Test
    void piecesAreReadWhenAllAreThereAndWhatFollowsIsLeft() throws HeaderException {
        for (byte[] header : new byte[][] {
            HexFormat.of().parseHex(V6),
            "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n".getBytes(StandardCharsets.US_ASCII)
        }) {
            HeaderParser parser = new HeaderParser();
            ByteBuf in = Unpooled.buffer();
            for (int i = 0; i < header.length; i++) {
                assertThat(parser.complete()).isFalse();
                in.writeByte(header[i]);
                if (i == header.length - 1) {
                    in.writeByte('h').writeByte('i');
                }
                parser.read(in);
            }
            assertThat(parser.complete()).isTrue();
            assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("hi");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n",
                "PROXX",
                "PROXY\tTCP4 192.168.0.1 192.168.0.11 56324 443\r\n",
                "PROXY TCP5 192.168.0.1 192.168.0.11 56324 443\r\n",
                "PROXY UNKNOWNS\r\n",
                "PROXY TCP4  192.168.0.1 192.168.0.11 56324 443\r\n",
                "PROXY TCP4 192.168.0.1 192.168.0.11 56324\r\n",
                "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443 1\r\n",
                "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\n",
                "PROXY TCP4 192.168.0.01 192.168.0.11 56324 443\r\n",
                "PROXY TCP4 192.168.0.256 192.168.0.11 56324 443\r\n",
                "PROXY TCP4 ::1 ::1 56324 443\r\n",
                "PROXY TCP6 192.168.0.1 192.168.0.11 56324 443\r\n",
                "PROXY TCP6 [::1] ::1 56324 443\r\n",
                "PROXY TCP6 fe80::1%lo ::1 56324 443\r\n",
                "PROXY TCP4 192.168.0.1 192.168.0.11 056324 443\r\n",
                "PROXY TCP4 192.168.0.1 192.168.0.11 65536 443\r\n",
                "PROXY TCP4 192.168.0.1 192.168.0.11 -1 443\r\n"
            })
    void otherLinesAreRefused(String line) {
        assertThatThrownBy(() -> line(line)).isInstanceOf(HeaderException.class);
    }

    @Test
    void aLineWithoutAnEndIsRefusedAtItsGreatestLength() throws HeaderException {
        HeaderParser parser = new HeaderParser();
        ByteBuf in = Unpooled.copiedBuffer("PROXY UNKNOWN " + "x".repeat(92), StandardCharsets.US_ASCII);
        parser.read(in);
        assertThat(parser.complete()).isFalse();
        in.writeByte('x');
        assertThatThrownBy(() -> parser.read(in)).hasMessageContaining("107 bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0d0a0d0a000d0a515549540b",
                "00",
                SIGNATURE + "1111000c",
                SIGNATURE + "22110000",
                SIGNATURE + "2112000c",
                SIGNATURE + "2141000c",
                SIGNATURE + "2111000b",
                SIGNATURE + "21210023",
                SIGNATURE + "21110300",
                SIGNATURE + "2000ffff",
                SIGNATURE + "21110010" + "c0a80001c0a8000bdc0401bb" + "01000200",
                SIGNATURE + "2111000d" + "c0a80001c0a8000bdc0401bb" + "01"
            })
    void otherBinaryHeadersAreRefused(String hex) {
        assertThatThrownBy(() -> binary(hex)).isInstanceOf(HeaderException.class);
    }

    private static HeaderParser line(String text) throws HeaderException {
        return read(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    private static HeaderParser binary(String hex) throws HeaderException {
        return read(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));
    }

    private static HeaderParser read(ByteBuf in) throws HeaderException {
        HeaderParser parser = new HeaderParser();
        parser.read(in);
        assertThat(parser.complete()).isTrue();
        assertThat(in.isReadable()).isFalse();
        return parser;
    }
}
