// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Writes an answer's head for the application, if it can't stay as it is. */
final class ResponseWriter {
    private static final byte[] VERSION = Octets.ascii("HTTP/1.1");
    private static final byte[] CLOSE = Octets.ascii("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = Octets.ascii("Connection: keep-alive\r\n");
    private static final byte[] UPGRADE = Octets.ascii("Connection: Upgrade\r\nUpgrade: websocket\r\n");
    private static final byte[] LINE = Octets.ascii("\r\n");
    private static final int MOST_ADDED = 64;

    /** What an answer says of the application's connection. */
    enum Says {
        /** It persists, which goes without saying. */
        NOTHING,
        /** It persists, said to an application of HTTP/1.0. */
        KEEP_ALIVE,
        /** It is closed after this. */
        CLOSE,
        /** It is a WebSocket from here on. */
        UPGRADE
    }

    private ResponseWriter() {}

    /** {@return whether the head passes as it is} */
    static boolean isFine(ResponseHead head, Says says) {
        return says == Says.NOTHING
                && head.minor() == 1
                && !head.hasHopByHop()
                && !(head.isBare() && (head.chunked() || head.contentLength() >= 0));
    }

    /**
     * Writes a head.
     *
     * @param head interpreted
     * @param says of the connection
     * @param allocator of the channel
     * @return a new buffer
     */
    static ByteBuf write(ResponseHead head, Says says, ByteBufAllocator allocator) {
        HeadReader reader = head.reader;
        byte[] octets = reader.octets();
        ByteBuf out = allocator.directBuffer(reader.end() + MOST_ADDED);
        // a gateway says its own version (RFC 9112, 2.3)
        out.writeBytes(VERSION);
        int from = reader.startFrom() + VERSION.length;
        for (int i = 0; i < reader.count(); i++) {
            if (drops(head, reader.field(i), i)) {
                out.writeBytes(octets, from, reader.lineFrom(i) - from);
                from = reader.lineFrom(i + 1);
            }
        }
        out.writeBytes(octets, from, reader.lineFrom(reader.count()) - from);
        switch (says) {
            case CLOSE -> out.writeBytes(CLOSE);
            case KEEP_ALIVE -> out.writeBytes(KEEP_ALIVE);
            case UPGRADE -> out.writeBytes(UPGRADE);
            case NOTHING -> {
                // it persists
            }
        }
        return out.writeBytes(LINE);
    }

    private static boolean drops(ResponseHead head, byte field, int index) {
        return switch (field) {
            case Field.OTHER -> head.isNamed(index);
            case Field.CONNECTION, Field.KEEP_ALIVE, Field.PROXY_CONNECTION, Field.TE, Field.UPGRADE -> true;
            case Field.CONTENT_LENGTH, Field.TRANSFER_ENCODING -> head.isBare();
            default -> false;
        };
    }
}
