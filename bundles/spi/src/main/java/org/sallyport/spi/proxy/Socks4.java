// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.spi.OutboundProxy;

/** SOCKS 4, and 4a where a name is given in place of an address. Of credentials it knows the user only. */
public final class Socks4 implements ProxyTalk {
    private static final int VERSION = 4;
    private static final int CONNECT = 1;
    private static final int ANSWER = 8;
    private static final int GRANTED = 90;
    private static final int REJECTED = 91;
    private static final int NO_IDENTD = 92;
    private static final int OTHER_USER = 93;

    /** An address that cannot be: a name follows. */
    private static final byte[] NAMED = {0, 0, 0, 1};

    private final String proxy;
    private final HostPort server;
    private final byte @Nullable [] address;
    private final OutboundProxy.@Nullable Credentials credentials;
    private boolean through;

    /**
     * @param proxy what it is called in messages
     * @param server where it is to connect
     * @param address the server's IPv4 address; null: the proxy resolves the name, which makes this SOCKS 4a
     * @param credentials whose user is told, null for none
     */
    public Socks4(
            String proxy, HostPort server, byte @Nullable [] address, OutboundProxy.@Nullable Credentials credentials) {
        this.proxy = proxy;
        this.server = server;
        this.address = address == null ? null : address.clone();
        this.credentials = credentials;
    }

    @Override
    public ByteBuf opening() {
        ByteBuf request = Unpooled.buffer()
                .writeByte(VERSION)
                .writeByte(CONNECT)
                .writeShort(server.port())
                .writeBytes(address == null ? NAMED : address);
        if (credentials != null) {
            request.writeCharSequence(credentials.user(), StandardCharsets.UTF_8);
        }
        request.writeByte(0);
        if (address == null) {
            request.writeCharSequence(server.host(), StandardCharsets.US_ASCII);
            request.writeByte(0);
        }
        return request;
    }

    @Override
    public @Nullable ByteBuf heard(ByteBuf in) throws ProxyException {
        if (in.getByte(in.readerIndex()) != 0) {
            throw Socks5.stranger(proxy, in);
        }
        if (in.readableBytes() < ANSWER) {
            return null;
        }
        int code = in.getUnsignedByte(in.readerIndex() + 1);
        in.skipBytes(ANSWER);
        if (code != GRANTED) {
            throw ProxyException.refused("the " + proxy + " does not connect to " + server + ": " + words(code));
        }
        through = true;
        return null;
    }

    private static String words(int code) {
        return switch (code) {
            case REJECTED -> "rejected by its rules, or the server cannot be reached from it (91)";
            case NO_IDENTD -> "it asks an identd on this machine who is calling, and there is none (92)";
            case OTHER_USER -> "the identd on this machine names another user than the credentials do (93)";
            default -> "it answered with code " + code + ", which SOCKS 4 does not know";
        };
    }

    @Override
    public boolean through() {
        return through;
    }

    @Override
    public ProxyException broken(ByteBuf left) {
        return ProxyException.closed(proxy);
    }
}
