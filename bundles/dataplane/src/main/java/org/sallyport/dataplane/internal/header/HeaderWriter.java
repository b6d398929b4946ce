// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.header;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ProxyProtocol;

/** Writes headers. */
public final class HeaderWriter {
    private static final int FAMILY_V4 = 0x11;
    private static final int FAMILY_V6 = 0x21;

    private HeaderWriter() {}

    /**
     * Writes a header.
     *
     * @param version 1 or 2
     * @param ends of the application's connection; null: it is nobody's, as when a resource is only tried
     * @return the header, for the caller to release. Version 1 says UNKNOWN, version 2 LOCAL, when nothing is known or one end
     *     is IPv4 and the other IPv6, which neither can say.
     */
    public static ByteBuf write(ProxyProtocol version, @Nullable Ends ends) {
        return version == ProxyProtocol.V1 ? line(ends) : binary(ends);
    }

    private static ByteBuf line(@Nullable Ends ends) {
        String line = "PROXY UNKNOWN\r\n";
        if (ends != null && (ends.areV4() || ends.areV6())) {
            line = "PROXY " + (ends.areV4() ? "TCP4 " : "TCP6 ")
                    + text(ends.source().getAddress().getAddress()) + " "
                    + text(ends.local().getAddress().getAddress()) + " "
                    + ends.source().getPort() + " " + ends.local().getPort() + "\r\n";
        }
        return Unpooled.copiedBuffer(line, StandardCharsets.US_ASCII);
    }

    /** Without a zone, which means something on its own machine only. */
    private static String text(byte[] address) {
        return NetUtil.bytesToIpAddress(address);
    }

    private static ByteBuf binary(@Nullable Ends ends) {
        ByteBuf header = Unpooled.buffer(HeaderParser.FIXED + HeaderParser.V6_BYTES)
                .writeBytes(HeaderParser.SIGNATURE.duplicate());
        if (ends == null || !(ends.areV4() || ends.areV6())) {
            return header.writeByte(HeaderParser.LOCAL).writeByte(0).writeShort(0);
        }
        return header.writeByte(HeaderParser.PROXY)
                .writeByte(ends.areV4() ? FAMILY_V4 : FAMILY_V6)
                .writeShort(ends.areV4() ? HeaderParser.V4_BYTES : HeaderParser.V6_BYTES)
                .writeBytes(ends.source().getAddress().getAddress())
                .writeBytes(ends.local().getAddress().getAddress())
                .writeShort(ends.source().getPort())
                .writeShort(ends.local().getPort());
    }
}
