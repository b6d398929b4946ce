// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.header;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads one header of either version, strictly: what the specification does not name is refused, for whoever sends it may
 * mean something else by it.
 *
 * <p>Nothing is consumed before a header is whole, and none is longer than {@value #MOST} bytes. On one thread.
 */
final class HeaderParser {
    /** The longest header of version 2 that is read, its extensions included. */
    static final int MOST = 536;

    /** What each header of version 2 begins with. */
    static final ByteBuf SIGNATURE = Unpooled.unreleasableBuffer(
            Unpooled.wrappedBuffer(new byte[] {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A})
                    .asReadOnly());

    static final int FIXED = 16;
    static final int V4_BYTES = 12;
    static final int V6_BYTES = 36;
    static final int LOCAL = 0x20;
    static final int PROXY = 0x21;

    private static final int UNIX_BYTES = 216;
    private static final int EXTENSION_HEAD = 3;
    private static final int MOST_LINE = 107;
    private static final String BEGIN = "PROXY ";
    private static final String UNKNOWN = "UNKNOWN";
    private static final int LINE_PARTS = 6;

    private boolean complete;
    private @Nullable Ends ends;

    /** {@return whether a header was read} */
    boolean complete() {
        return complete;
    }

    /** {@return what it told; null: that it tells nothing, and the connection is its sender's own} */
    @Nullable
    Ends ends() {
        return ends;
    }

    /**
     * Reads as far as it can; to be called again with more until it is {@link #complete}.
     *
     * @param in all that came; what follows the header stays in it
     * @throws HeaderException when it is no header
     */
    void read(ByteBuf in) throws HeaderException {
        if (!in.isReadable()) {
            return;
        }
        if (in.getByte(in.readerIndex()) == BEGIN.charAt(0)) {
            readLine(in);
        } else {
            readBinary(in);
        }
    }

    // ------------------------------------------------------------------ version 1

    private void readLine(ByteBuf in) throws HeaderException {
        int begin = in.readerIndex();
        int there = Math.min(in.readableBytes(), BEGIN.length());
        for (int i = 0; i < there; i++) {
            if (in.getByte(begin + i) != BEGIN.charAt(i)) {
                throw noHeader();
            }
        }
        int length = Math.min(in.readableBytes(), MOST_LINE);
        int feed = in.indexOf(begin, begin + length, (byte) '\n');
        if (feed < 0) {
            if (length == MOST_LINE) {
                throw new HeaderException("a line longer than " + MOST_LINE + " bytes");
            }
            return;
        }
        String line = in.toString(begin, feed - begin, StandardCharsets.ISO_8859_1);
        if (!line.endsWith("\r")) {
            throw new HeaderException("a line that does not end with CR LF");
        }
        ends = lineEnds(line.substring(BEGIN.length(), line.length() - 1));
        in.readerIndex(feed + 1);
        complete = true;
    }

    private static @Nullable Ends lineEnds(String told) throws HeaderException {
        if (told.equals(UNKNOWN) || told.startsWith(UNKNOWN + " ")) {
            return null;
        }
        String[] parts = (BEGIN + told).split(" ", -1);
        if (parts.length != LINE_PARTS || !(parts[1].equals("TCP4") || parts[1].equals("TCP6"))) {
            throw new HeaderException("a line without TCP4 or TCP6, two addresses and two ports");
        }
        boolean v4 = parts[1].equals("TCP4");
        return new Ends(
                new InetSocketAddress(address(parts[2], v4), port(parts[4])),
                new InetSocketAddress(address(parts[3], v4), port(parts[5])));
    }

    private static InetAddress address(String text, boolean v4) throws HeaderException {
        byte[] bytes = null;
        if (v4
                ? NetUtil.isValidIpV4Address(text)
                : text.matches("[0-9A-Fa-f:.]+") && NetUtil.isValidIpV6Address(text)) {
            bytes = NetUtil.createByteArrayFromIpAddressString(text);
        }
        // leading zeros may be octal to somebody
        if (bytes == null || (v4 && !NetUtil.bytesToIpAddress(bytes).equals(text))) {
            throw new HeaderException("a line with an address that is no " + (v4 ? "IPv4" : "IPv6") + " address");
        }
        return address(bytes);
    }

    private static int port(String text) throws HeaderException {
        if (!text.matches("0|[1-9][0-9]{0,4}") || Integer.parseInt(text) > 65_535) {
            throw new HeaderException("a line with a port that is no number from 0 to 65535");
        }
        return Integer.parseInt(text);
    }

    // ------------------------------------------------------------------ version 2

    private void readBinary(ByteBuf in) throws HeaderException {
        int begin = in.readerIndex();
        int there = Math.min(in.readableBytes(), SIGNATURE.capacity());
        for (int i = 0; i < there; i++) {
            if (in.getByte(begin + i) != SIGNATURE.getByte(i)) {
                throw noHeader();
            }
        }
        if (in.readableBytes() < FIXED) {
            return;
        }
        int command = in.getUnsignedByte(begin + 12);
        int family = in.getUnsignedByte(begin + 13);
        int length = in.getUnsignedShort(begin + 14);
        if (command != LOCAL && command != PROXY) {
            throw new HeaderException("version and command " + command + ", expected " + LOCAL + " or " + PROXY);
        }
        if (FIXED + length > MOST) {
            throw new HeaderException((FIXED + length) + " bytes, expected at most " + MOST);
        }
        int addresses = command == LOCAL ? 0 : addressBytes(family);
        if (length < addresses) {
            throw new HeaderException(length + " bytes of addresses, expected at least " + addresses);
        }
        if (in.readableBytes() < FIXED + length) {
            return;
        }
        if (command == PROXY) {
            checkExtensions(in, begin + FIXED + addresses, begin + FIXED + length);
            ends = binaryEnds(in, begin + FIXED, addresses);
        }
        in.readerIndex(begin + FIXED + length);
        complete = true;
    }

    private static int addressBytes(int family) throws HeaderException {
        return switch (family) {
            case 0x00 -> 0;
            case 0x11 -> V4_BYTES;
            case 0x21 -> V6_BYTES;
            case 0x31 -> UNIX_BYTES;
            default ->
                throw new HeaderException("family and transport " + family + ", expected those of a TCP connection");
        };
    }

    private static void checkExtensions(ByteBuf in, int from, int end) throws HeaderException {
        int at = from;
        while (at < end) {
            int next = at + EXTENSION_HEAD > end ? end + 1 : at + EXTENSION_HEAD + in.getUnsignedShort(at + 1);
            if (next > end) {
                throw new HeaderException("an extension that is longer than the header");
            }
            at = next;
        }
    }

    private static @Nullable Ends binaryEnds(ByteBuf in, int at, int length) {
        if (length != V4_BYTES && length != V6_BYTES) {
            return null;
        }
        int each = (length - 4) / 2;
        byte[] source = new byte[each];
        byte[] local = new byte[each];
        in.getBytes(at, source);
        in.getBytes(at + each, local);
        return new Ends(
                new InetSocketAddress(address(source), in.getUnsignedShort(at + 2 * each)),
                new InetSocketAddress(address(local), in.getUnsignedShort(at + 2 * each + 2)));
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
        }
    }

    private static HeaderException noHeader() {
        return new HeaderException("something else");
    }
}
