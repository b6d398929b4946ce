// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.header;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.sallyport.api.ProxyProtocol;

class HeaderWriterTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final InetSocketAddress V4 = new InetSocketAddress("192.168.0.1", 56_324);
    private static final InetSocketAddress V6 = new InetSocketAddress("2001:db8::1", 56_324);

    @Test
    void theLineOfTheSpecificationIsWritten() {
        assertThat(line(new Ends(V4, new InetSocketAddress("192.168.0.11", 443))))
                .isEqualTo("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n");
        assertThat(line(new Ends(V6, new InetSocketAddress("2001:db8::2", 443))))
                .isEqualTo("PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n");
    }

    @Test
    void aZoneIsLeftOut() {
        assertThat(line(new Ends(new InetSocketAddress("fe80::1%1", 1), new InetSocketAddress("fe80::2%1", 2))))
                .isEqualTo("PROXY TCP6 fe80::1 fe80::2 1 2\r\n");
    }

    @Test
    void binaryHeadersOfBothFamiliesAreWritten() {
        assertThat(binary(new Ends(V4, new InetSocketAddress("192.168.0.11", 443))))
                .isEqualTo(SIGNATURE + "2111000c" + "c0a80001" + "c0a8000b" + "dc04" + "01bb");
        assertThat(binary(new Ends(V6, new InetSocketAddress("2001:db8::2", 443))))
                .isEqualTo(SIGNATURE + "21210024" + "20010db8000000000000000000000001"
                        + "20010db8000000000000000000000002" + "dc04" + "01bb");
    }

    @Test
    void whatIsUnknownOrOfTwoFamiliesIsSaidToBeUnknown() {
        InetSocketAddress unresolved = InetSocketAddress.createUnresolved("somewhere", 1);
        for (Ends ends : new Ends[] {null, new Ends(V4, V6), new Ends(V6, V4), new Ends(unresolved, V4)}) {
            assertThat(line(ends)).isEqualTo("PROXY UNKNOWN\r\n");
            assertThat(binary(ends)).isEqualTo(SIGNATURE + "20000000");
        }
    }

    private static String line(Ends ends) {
        return HeaderWriter.write(ProxyProtocol.V1, ends).toString(StandardCharsets.US_ASCII);
    }

    private static String binary(Ends ends) {
        ByteBuf header = HeaderWriter.write(ProxyProtocol.V2, ends);
        return ByteBufUtil.hexDump(header);
    }
}
