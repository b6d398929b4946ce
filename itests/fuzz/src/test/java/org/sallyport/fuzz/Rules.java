// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.frame.Frame;

/**
 * What PROTOCOL.md says of a connection, from the frames that went over it and the role of the end that is judged: whether it
 * has to be closed by now, and whether it may be. A second view of the rules, without the state of streams.
 */
final class Rules {
    private static final int FLAGS = Frame.SYN | Frame.ACK | Frame.FIN | Frame.RST;
    private static final int LATE = 1024;
    private static final int USELESS = 10_000;

    private final Role role;
    private final Set<Long> opened = new HashSet<>();
    private final Set<Integer> over = new HashSet<>();
    private final Set<Integer> taken = new HashSet<>();
    private final Set<Integer> peerFinished = new HashSet<>();
    private final Set<Integer> endFinished = new HashSet<>();
    private final Set<Integer> fed = new HashSet<>();
    private final Map<Integer, Long> credit = new HashMap<>();
    private final Map<Integer, Long> received = new HashMap<>();
    private final Map<Integer, Long> granted = new HashMap<>();
    private final Map<Integer, Integer> beginnings = new HashMap<>();
    private int initial = TunnelProtocol.INITIAL_WINDOW;
    private long highest = -1;
    private int lastOwn;
    private int useless;
    private final byte[] header = new byte[Frame.HEADER_LENGTH];
    private int headerBytes;
    private long payloadLeft;
    private boolean mustClose;
    private boolean mayClose;

    Rules(Role role) {
        this.role = role;
    }

    /** The peer sends bytes, which may end in the middle of a frame. */
    void peerSends(ByteBuf bytes) {
        fed.clear();
        ByteBuf in = bytes.duplicate();
        while (in.isReadable() && !mustClose) {
            if (payloadLeft > 0) {
                int part = (int) Math.min(payloadLeft, in.readableBytes());
                in.skipBytes(part);
                payloadLeft -= part;
            } else {
                header[headerBytes++] = in.readByte();
                if (headerBytes == Frame.HEADER_LENGTH) {
                    headerBytes = 0;
                    ByteBuffer whole = ByteBuffer.wrap(header);
                    peerSends(whole.getInt(), whole.getInt(), whole.getInt());
                }
            }
        }
    }

    /** Streams that begin from now on have the smaller window. */
    void agree() {
        initial = TunnelProtocol.AGREED_WINDOW;
    }

    /** {@return credit of a stream in either direction when it began} */
    private long beginning(int stream) {
        return beginnings.getOrDefault(stream, initial);
    }

    private void peerSends(int head, int stream, int length) {
        int type = head >>> 16 & 0xff;
        int flags = head & 0xffff;
        if (head >>> 24 != 0 || type > Frame.TYPE_GO_AWAY) {
            mustClose = true;
        } else if (type == Frame.TYPE_PING) {
            mustClose |= stream != 0 || (flags != Frame.SYN && flags != Frame.ACK);
            useless++;
        } else if (type == Frame.TYPE_GO_AWAY) {
            mustClose |= stream != 0 || flags != 0;
        } else {
            peerSendsOnStream(type, flags, stream, length & 0xffff_ffffL);
        }
    }

    private void peerSendsOnStream(int type, int flags, int stream, long length) {
        boolean both = (flags & Frame.SYN) != 0 && (flags & Frame.ACK) != 0;
        if (stream == 0 || (flags & ~FLAGS) != 0 || both || !isKnown(stream, (flags & Frame.SYN) != 0)) {
            mustClose = true;
            return;
        }
        if ((flags & Frame.SYN) != 0) {
            beginnings.put(stream, initial);
        }
        if ((length == 0 && flags == 0) || (flags & Frame.RST) != 0) {
            useless++;
        }
        if (type == Frame.TYPE_DATA) {
            payloadLeft = length;
            if (length > 0) {
                fed.add(stream);
                received.merge(stream, length, Long::sum);
            }
        } else {
            credit.merge(stream, beginning(stream) + length, (known, more) -> known + length);
        }
        if ((flags & Frame.RST) != 0) {
            over.add(stream);
        }
        if ((flags & Frame.FIN) != 0) {
            peerFinished.add(stream);
            ifBothFinished(stream);
        }
    }

    private boolean isKnown(int stream, boolean syn) {
        if (role.opens(stream)) {
            return !syn && Integer.compareUnsigned(stream, lastOwn) <= 0;
        }
        long place = (stream & 0xffff_ffffL) / 2;
        boolean forgotten = place <= highest - LATE;
        if (!syn) {
            if (forgotten && !opened.contains(place)) {
                // nobody knows any more that it never was: it counts as one that is over
                over.add(stream);
            }
            return place <= highest && (forgotten || opened.contains(place));
        }
        highest = Math.max(highest, place);
        return !forgotten && opened.add(place);
    }

    private void ifBothFinished(int stream) {
        if (peerFinished.contains(stream) && endFinished.contains(stream)) {
            over.add(stream);
        }
    }

    /** The end sends bytes, in answer to all that the peer has sent. */
    void endSends(ByteBuf in) {
        while (in.isReadable()) {
            int head = in.readInt();
            int stream = in.readInt();
            long length = in.readInt() & 0xffff_ffffL;
            int type = head >>> 16;
            int flags = head & 0xffff;
            if (type <= Frame.TYPE_WINDOW_UPDATE && (flags & Frame.SYN) != 0) {
                beginnings.put(stream, initial);
            }
            assertTrue(type <= Frame.TYPE_GO_AWAY && (flags & ~FLAGS) == 0, "the end sends a frame that is none");
            if (type == Frame.TYPE_DATA) {
                long left = credit.merge(stream, beginning(stream) - length, (known, more) -> known - length);
                assertTrue(left >= 0, "the end sends more than its credit");
                in.skipBytes((int) length);
            }
            if (type == Frame.TYPE_WINDOW_UPDATE) {
                granted.merge(stream, length, Long::sum);
            }
            if (type <= Frame.TYPE_WINDOW_UPDATE) {
                endSendsOnStream(flags, stream);
            }
        }
    }

    /** One that the end has not said to take may have been refused in the turn that closed the connection. */
    private boolean mayBeOver(int stream) {
        return over.contains(stream) || !taken.contains(stream);
    }

    private void endSendsOnStream(int flags, int stream) {
        if ((flags & (Frame.SYN | Frame.ACK)) != 0) {
            taken.add(stream);
        }
        if ((flags & Frame.SYN) != 0) {
            assertTrue(role.opens(stream), "the end opens a stream with an ID of its peer");
            lastOwn = stream;
        }
        if ((flags & Frame.RST) != 0) {
            over.add(stream);
        }
        if ((flags & Frame.FIN) != 0) {
            endFinished.add(stream);
            ifBothFinished(stream);
        }
    }

    /** Something beside the frames allows that the connection ends. */
    void allowEnd() {
        mayClose = true;
    }

    /** Judges once everything that the peer has sent was taken and answered. */
    void check(boolean open, String reason) {
        mayClose |= useless > USELESS || fed.stream().anyMatch(this::mayBeOver);
        if (open) {
            assertTrue(!mustClose, "the connection goes on after a frame that ends it");
        } else {
            assertTrue(mustClose || mayClose, () -> "closed, though PROTOCOL.md lists nothing of the kind: " + reason);
        }
    }

    /** {@return most bytes that streams may hold: what each got, at most the credit that it was given} */
    long held() {
        return received.entrySet().stream()
                .mapToLong(each ->
                        Math.min(each.getValue(), beginning(each.getKey()) + granted.getOrDefault(each.getKey(), 0L)))
                .sum();
    }

    /** {@return how many streams the peer has begun} */
    int streams() {
        return opened.size();
    }
}
