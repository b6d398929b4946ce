// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.spi.OutboundProxy;

/** SOCKS 5 (RFC 1928), without a login or with user name and password (RFC 1929). */
public final class Socks5 implements ProxyTalk {
    private static final int VERSION = 5;
    private static final int CONNECT = 1;
    private static final int NO_LOGIN = 0;
    private static final int PASSWORD = 2;
    private static final int NO_METHOD = 0xFF;
    private static final int LOGIN_VERSION = 1;
    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    private final String proxy;
    private final HostPort server;
    private final OutboundProxy.@Nullable Credentials credentials;
    private Awaited awaited = Awaited.METHOD;

    private enum Awaited {
        METHOD,
        LOGIN,
        CONNECTION,
        NOTHING
    }

    /**
     * @param proxy what it is called in messages
     * @param server where it is to connect
     * @param credentials to log in with where the proxy asks for it, null for none; user and password of 255 bytes at most
     */
    public Socks5(String proxy, HostPort server, OutboundProxy.@Nullable Credentials credentials) {
        this.proxy = proxy;
        this.server = server;
        this.credentials = credentials;
    }

    @Override
    public ByteBuf opening() {
        return credentials == null
                ? Unpooled.wrappedBuffer(new byte[] {VERSION, 1, NO_LOGIN})
                : Unpooled.wrappedBuffer(new byte[] {VERSION, 2, NO_LOGIN, PASSWORD});
    }

    @Override
    public @Nullable ByteBuf heard(ByteBuf in) throws ProxyException {
        int version = awaited == Awaited.LOGIN ? LOGIN_VERSION : VERSION;
        if (in.getByte(in.readerIndex()) != version) {
            throw stranger(proxy, in);
        }
        if (in.readableBytes() < 2) {
            return null;
        }
        return switch (awaited) {
            case METHOD -> method(in);
            case LOGIN -> login(in);
            case CONNECTION, NOTHING -> connection(in);
        };
    }

    private ByteBuf method(ByteBuf in) throws ProxyException {
        int method = in.skipBytes(1).readUnsignedByte();
        if (method == NO_LOGIN) {
            return connect();
        }
        if (method == PASSWORD && credentials != null) {
            awaited = Awaited.LOGIN;
            ByteBuf login = Unpooled.buffer().writeByte(LOGIN_VERSION);
            writeShort(login, credentials.user());
            return writeShort(login, credentials.password());
        }
        if (method == NO_METHOD) {
            throw ProxyException.refused(
                    credentials == null
                            ? "the " + proxy + " wants a login: for tunnels, put USER:PASSWORD into a private file and"
                                    + " name it in proxy.credentials; resources are reached through proxies that want"
                                    + " none"
                            : "the " + proxy + " wants a login of another kind than user name and password, the only"
                                    + " one that is known here");
        }
        throw ProxyException.absent(
                "the " + proxy + " chose login method " + method + ", which was not offered: it is out of order");
    }

    private static ByteBuf writeShort(ByteBuf to, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return to.writeByte(bytes.length).writeBytes(bytes);
    }

    private ByteBuf login(ByteBuf in) throws ProxyException {
        if (in.skipBytes(1).readByte() != 0) {
            throw ProxyException.refused("the " + proxy + " does not accept the credentials: correct USER:PASSWORD"
                    + " where proxy.credentials points");
        }
        return connect();
    }

    private ByteBuf connect() {
        awaited = Awaited.CONNECTION;
        ByteBuf request =
                Unpooled.buffer().writeByte(VERSION).writeByte(CONNECT).writeByte(0);
        byte[] address = NetUtil.createByteArrayFromIpAddressString(server.host());
        if (address == null) {
            writeShort(request.writeByte(NAME), server.host());
        } else {
            request.writeByte(address.length == IPV4_BYTES ? IPV4 : IPV6).writeBytes(address);
        }
        return request.writeShort(server.port());
    }

    private @Nullable ByteBuf connection(ByteBuf in) throws ProxyException {
        int at = in.readerIndex();
        int reply = in.getUnsignedByte(at + 1);
        if (reply != 0) {
            throw ProxyException.refused("the " + proxy + " does not connect to " + server + ": " + words(reply));
        }
        if (in.readableBytes() < 5) {
            return null;
        }
        int bound =
                switch (in.getByte(at + 3)) {
                    case IPV4 -> IPV4_BYTES;
                    case IPV6 -> IPV6_BYTES;
                    case NAME -> 1 + in.getUnsignedByte(at + 4);
                    default -> throw stranger(proxy, in);
                };
        int length = 4 + bound + 2;
        if (in.readableBytes() >= length) {
            in.skipBytes(length);
            awaited = Awaited.NOTHING;
        }
        return null;
    }

    private static String words(int reply) {
        return switch (reply) {
            case 1 -> "it failed without saying why (1)";
            case 2 -> "its rules forbid it (2)";
            case 3 -> "the server's network cannot be reached from it (3)";
            case 4 -> "the server's host cannot be reached from it, or its name is not known there (4)";
            case 5 -> "the server refused the connection (5)";
            case 6 -> "the way is too long, TTL expired (6)";
            case 7 -> "it does not know the command CONNECT (7)";
            case 8 -> "it does not know addresses of this kind (8)";
            default -> "it answered with code " + reply + ", which SOCKS 5 does not know";
        };
    }

    @Override
    public boolean through() {
        return awaited == Awaited.NOTHING;
    }

    @Override
    public ProxyException broken(ByteBuf left) {
        return awaited == Awaited.LOGIN
                ? ProxyException.refused("the " + proxy + " closed the connection when it saw the credentials: correct"
                        + " USER:PASSWORD where proxy.credentials points")
                : ProxyException.closed(proxy);
    }

    static ProxyException stranger(String proxy, ByteBuf in) {
        int shown = Math.min(in.readableBytes(), 16);
        return ProxyException.stranger(proxy, "0x" + ByteBufUtil.hexDump(in, in.readerIndex(), shown));
    }
}
