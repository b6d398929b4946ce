// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.sallyport.api.Destination;
import org.sallyport.api.HostPort;
import org.sallyport.api.LegSecurity;
import org.sallyport.spi.StreamContext;

/**
 * Writes a request's head for the resource: its own Host, where the request came from, and without what spoke of the
 * application's connection. Lines that stay are copied in runs, so a head costs a few copies whatever it holds.
 */
final class RequestWriter {
    /** Room before the head for the frame header of a tunnel, which then needs no buffer of its own. */
    private static final int HEADROOM = 16;

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final byte[] FOR = Octets.ascii("X-Forwarded-For: ");
    private static final byte[] HOST = Octets.ascii("X-Forwarded-Host: ");
    private static final byte[] FORWARDED = Octets.ascii("Forwarded: ");
    private static final byte[] FORWARDED_HOST = Octets.ascii(";host=\"");
    private static final byte[] CLOSE = Octets.ascii("Connection: close\r\n");
    private static final byte[] CLOSE_TE = Octets.ascii("Connection: close, TE\r\nTE: trailers\r\n");
    private static final byte[] TE = Octets.ascii("Connection: TE\r\nTE: trailers\r\n");
    private static final byte[] KEEP_ALIVE = Octets.ascii("Connection: keep-alive\r\n");
    private static final byte[] UPGRADE = Octets.ascii("Connection: Upgrade\r\nUpgrade: websocket\r\n");
    private static final byte[] SEPARATOR = Octets.ascii(", ");
    private static final byte[] LINE = Octets.ascii("\r\n");
    /** What may be added to a head, beyond the resource's and the application's hosts. */
    private static final int MOST_ADDED = 512;

    private final byte[] resourceHost;
    private final byte[] source;
    private final byte[] protocol;
    private final byte[] forwardedFor;
    private final StreamContext context;
    /** Of the head that is written: what the application says of who it speaks for counts. */
    private boolean trusted;

    /**
     * @param context of the connection
     * @param tls whether the application speaks TLS
     */
    RequestWriter(StreamContext context, boolean tls) {
        this.context = context;
        resourceHost = Octets.ascii("Host: " + host(context.destination()) + "\r\n");
        String address = address(context.source());
        source = Octets.ascii(address);
        protocol = Octets.ascii("X-Forwarded-Proto: " + (tls ? "https" : "http") + "\r\n");
        forwardedFor = Octets.ascii("for=" + (address.indexOf(':') >= 0 ? "\"[" + address + "]\"" : address) + ";proto="
                + (tls ? "https" : "http"));
    }

    /** What a resource is called in Host. The port is left out where the resource's scheme implies it; a zone means nothing to others (RFC 9844). */
    static String host(Destination destination) {
        HostPort resource = destination.resource();
        boolean tls = destination.options().resourceTls().security() != LegSecurity.NONE;
        String place = resource.toString().replaceFirst("%[^]]*", "");
        return resource.port() == (tls ? HTTPS_PORT : HTTP_PORT) ? place.substring(0, place.lastIndexOf(':')) : place;
    }

    private static String address(InetSocketAddress source) {
        InetAddress address = source.getAddress();
        if (address == null) {
            return "unknown";
        }
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    /**
     * Writes a head.
     *
     * @param head interpreted
     * @param allocator of the channel
     * @return a new direct buffer that nobody else holds, with room for a frame header
     */
    ByteBuf write(RequestHead head, ByteBufAllocator allocator) {
        trusted = context.trustedPeer();
        HeadReader reader = head.reader;
        byte[] octets = reader.octets();
        int authority = head.authorityTo() - head.authorityFrom();
        int room = HEADROOM + reader.end() + resourceHost.length + 2 * authority + MOST_ADDED;
        ByteBuf out = allocator.directBuffer(room);
        out.setIndex(HEADROOM, HEADROOM);
        int from = reader.startFrom();
        if (head.absolute()) {
            from = shortTarget(head, out, octets);
        }
        boolean hosted = false;
        int mask = 0;
        for (int i = 0; i < reader.count(); i++) {
            byte field = reader.field(i);
            mask |= 1 << field;
            boolean host = field == Field.HOST;
            if (host || drops(head, field, i)) {
                out.writeBytes(octets, from, reader.lineFrom(i) - from);
                from = reader.lineFrom(i + 1);
                if (host) {
                    hosted = true;
                    out.writeBytes(resourceHost);
                }
            }
        }
        out.writeBytes(octets, from, reader.lineFrom(reader.count()) - from);
        if (!hosted) {
            out.writeBytes(resourceHost);
        }
        connection(head, out);
        forwarded(head, mask, authority, out);
        return out.writeBytes(LINE);
    }

    /** Writes the first line with a target that was an address; {@return where what follows the target begins} */
    private static int shortTarget(RequestHead head, ByteBuf out, byte[] octets) {
        int start = head.reader.startFrom();
        out.writeBytes(octets, start, head.methodTo() + 1 - start);
        if (head.lead() == RequestHead.Lead.SLASH) {
            out.writeByte('/');
        } else if (head.lead() == RequestHead.Lead.ASTERISK) {
            out.writeByte('*');
        }
        return head.targetFrom();
    }

    private boolean drops(RequestHead head, byte field, int index) {
        return switch (field) {
            case Field.OTHER -> head.isNamed(index);
            case Field.CONNECTION,
                    Field.KEEP_ALIVE,
                    Field.PROXY_CONNECTION,
                    Field.TE,
                    Field.UPGRADE,
                    Field.X_FORWARDED_FOR,
                    Field.FORWARDED -> true;
            case Field.X_FORWARDED_PROTO, Field.X_FORWARDED_HOST -> !trusted;
            default -> false;
        };
    }

    private static void connection(RequestHead head, ByteBuf out) {
        if (head.websocket()) {
            out.writeBytes(UPGRADE);
        } else if (!head.persists()) {
            out.writeBytes(head.takesTrailers() ? CLOSE_TE : CLOSE);
        } else if (head.takesTrailers()) {
            out.writeBytes(TE);
        } else if (head.minor() == 0) {
            out.writeBytes(KEEP_ALIVE);
        }
    }

    private void forwarded(RequestHead head, int mask, int authority, ByteBuf out) {
        out.writeBytes(FOR);
        earlier(head, Field.X_FORWARDED_FOR, mask, out);
        out.writeBytes(source).writeBytes(LINE);
        if (!trusted || (mask & 1 << Field.X_FORWARDED_PROTO) == 0) {
            out.writeBytes(protocol);
        }
        byte[] octets = head.reader.octets();
        if (authority > 0 && (!trusted || (mask & 1 << Field.X_FORWARDED_HOST) == 0)) {
            out.writeBytes(HOST)
                    .writeBytes(octets, head.authorityFrom(), authority)
                    .writeBytes(LINE);
        }
        out.writeBytes(FORWARDED);
        earlier(head, Field.FORWARDED, mask, out);
        out.writeBytes(forwardedFor);
        if (authority > 0) {
            // a host holds neither quotes nor backslashes, so it needs no escapes
            out.writeBytes(FORWARDED_HOST)
                    .writeBytes(octets, head.authorityFrom(), authority)
                    .writeByte('"');
        }
        out.writeBytes(LINE);
    }

    /** What proxies before us said, which counts only if they are trusted. */
    private void earlier(RequestHead head, byte field, int mask, ByteBuf out) {
        if (!trusted || (mask & 1 << field) == 0) {
            return;
        }
        HeadReader reader = head.reader;
        for (int i = 0; i < reader.count(); i++) {
            int length = reader.field(i) == field ? reader.valueTo(i) - reader.valueFrom(i) : 0;
            if (length > 0) {
                out.writeBytes(reader.octets(), reader.valueFrom(i), length).writeBytes(SEPARATOR);
            }
        }
    }
}
