// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.frame;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;

/**
 * Cuts bytes into frames.
 *
 * <h2>Lifecycle</h2>
 *
 * One reader for one direction of one connection. Bytes may come in chunks of any size; the reader keeps at most the
 * header it is in the middle of, in fields, and never a byte of payload. After a violation of the connection, and after
 * {@link #end}, it drops everything that it is given.
 *
 * <h2>Checks</h2>
 *
 * Version, type, flags, stream 0 where it belongs, and the IDs of streams that the peer opens (parity, growing, each once,
 * compared as unsigned) are checked on the header alone, before anything is allocated for the frame. Credit is the
 * listener's: {@link FrameListener#onData} sees the length before a byte of payload is touched.
 *
 * <h2>Reference counting</h2>
 *
 * {@link #read} consumes the readable bytes of its buffer and does not release it. Payload is handed out in slices that
 * hold a reference of their own; the listener releases them.
 *
 * <h2>Threads</h2>
 *
 * None of its own; all calls come from the connection's event loop.
 */
public final class FrameReader {

    private final PeerStreamIds ids;

    /** Bytes of the current header that were read, 0 when the next byte begins one or is payload. */
    private int headerBytes;

    private int word0;
    private int word1;
    private int word2;

    private long payloadLeft;
    private boolean payloadWanted;
    private int dataStream;
    private int dataFlags;
    private boolean ended;

    private FrameReader(int peerParity) {
        ids = new PeerStreamIds(peerParity);
    }

    /** Reads what the client's end of a tunnel sends: the streams that it opens are odd. */
    public static FrameReader ofClient() {
        return new FrameReader(1);
    }

    /** Reads what the server's end of a tunnel sends: the streams that it opens are even. */
    public static FrameReader ofServer() {
        return new FrameReader(0);
    }

    /** The highest stream ID that the peer has opened so far, unsigned; 0 when none. */
    public int lastPeerStream() {
        return ids.highest();
    }

    /** Whether the bytes so far end inside a frame: a connection that ends here was cut. */
    public boolean isInsideFrame() {
        return headerBytes > 0 || payloadLeft > 0;
    }

    /**
     * Reads all bytes that are there.
     *
     * @throws FrameViolation.OfConnection when the connection has to end; further bytes are dropped
     */
    public void read(ByteBuf in, FrameListener listener) throws FrameViolation.OfConnection {
        requireNonNull(listener, "listener");
        try {
            readFrames(in, listener);
        } catch (FrameViolation.OfConnection violation) {
            ended = true;
            in.skipBytes(in.readableBytes());
            throw violation;
        }
    }

    /** Nothing more is wanted: what is left of the bytes that are being read is dropped, and what comes after them. */
    public void end() {
        ended = true;
    }

    private void readFrames(ByteBuf in, FrameListener listener) throws FrameViolation.OfConnection {
        while (!ended) {
            if (payloadLeft > 0) {
                if (!in.isReadable()) {
                    return;
                }
                readPayload(in, listener);
                continue;
            }
            if (headerBytes == 0 && in.readableBytes() >= Frame.HEADER_LENGTH) {
                onHeader(in.readInt(), in.readInt(), in.readInt(), listener);
            } else if (collectHeader(in)) {
                headerBytes = 0;
                onHeader(word0, word1, word2, listener);
            } else {
                return;
            }
        }
        in.skipBytes(in.readableBytes());
    }

    /** Takes single bytes of a header that is spread over chunks; true when it is whole. */
    private boolean collectHeader(ByteBuf in) {
        while (headerBytes < Frame.HEADER_LENGTH) {
            if (!in.isReadable()) {
                return false;
            }
            int octet = in.readUnsignedByte();
            if (headerBytes < 4) {
                word0 = word0 << 8 | octet;
            } else if (headerBytes < 8) {
                word1 = word1 << 8 | octet;
            } else {
                word2 = word2 << 8 | octet;
            }
            headerBytes++;
        }
        return true;
    }

    private void readPayload(ByteBuf in, FrameListener listener) throws FrameViolation.OfConnection {
        int count = (int) Math.min(payloadLeft, in.readableBytes());
        payloadLeft -= count;
        if (!payloadWanted) {
            in.skipBytes(count);
            return;
        }
        listener.onPayload(in.readRetainedSlice(count));
        if (payloadLeft == 0) {
            endData(listener);
        }
    }

    private void onHeader(int head, int streamId, int length, FrameListener listener)
            throws FrameViolation.OfConnection {
        int version = head >>> 24;
        if (version != Frame.VERSION) {
            throw protocolError("a frame begins with version " + version + "; expected 0");
        }
        int flags = head & 0xffff;
        int type = head >>> 16 & 0xff;
        switch (type) {
            case Frame.TYPE_DATA -> {
                checkStreamFrame(streamId, flags);
                beginData(streamId, flags, length & 0xffff_ffffL, listener);
            }
            case Frame.TYPE_WINDOW_UPDATE -> {
                checkStreamFrame(streamId, flags);
                windowUpdate(streamId, flags, length & 0xffff_ffffL, listener);
            }
            case Frame.TYPE_PING -> {
                checkConnectionFrame("PING", streamId, flags == Frame.SYN || flags == Frame.ACK, flags);
                ping(flags == Frame.ACK, length, listener);
            }
            case Frame.TYPE_GO_AWAY -> {
                checkConnectionFrame("GO_AWAY", streamId, flags == 0, flags);
                goAway(length, listener);
            }
            default -> throw protocolError("a frame has type " + type + "; expected 0 to 3");
        }
    }

    private void checkStreamFrame(int streamId, int flags) throws FrameViolation.OfConnection {
        if (streamId == 0) {
            throw protocolError("a DATA or WINDOW_UPDATE frame is for stream 0; expected 1 or higher");
        }
        if ((flags & ~Frame.STREAM_FLAGS) != 0 || (flags & (Frame.SYN | Frame.ACK)) == (Frame.SYN | Frame.ACK)) {
            throw protocolError("a frame of stream " + Integer.toUnsignedString(streamId) + " has flags 0x"
                    + Integer.toHexString(flags) + "; expected SYN 1, ACK 2, FIN 4, RST 8, and not SYN with ACK");
        }
        if ((flags & Frame.SYN) != 0) {
            if (!ids.isPeers(streamId)) {
                throw protocolError("the peer opens stream " + Integer.toUnsignedString(streamId)
                        + ", which is of the IDs of this end");
            }
            if (!ids.open(streamId)) {
                throw protocolError("the peer opens stream " + Integer.toUnsignedString(streamId)
                        + " for the second time, or far too late: the highest was "
                        + Integer.toUnsignedString(ids.highest()));
            }
        } else if (ids.isPeers(streamId) && !ids.wasOpened(streamId)) {
            throw protocolError("a frame is for stream " + Integer.toUnsignedString(streamId)
                    + ", which the peer has never opened");
        }
    }

    private static void checkConnectionFrame(String name, int streamId, boolean flagsFit, int flags)
            throws FrameViolation.OfConnection {
        if (streamId != 0) {
            throw protocolError(
                    "a " + name + " frame is for stream " + Integer.toUnsignedString(streamId) + "; expected stream 0");
        }
        if (!flagsFit) {
            throw protocolError("a " + name + " frame has flags 0x" + Integer.toHexString(flags)
                    + "; expected SYN or ACK on PING, none on GO_AWAY");
        }
    }

    private void beginData(int streamId, int flags, long length, FrameListener listener)
            throws FrameViolation.OfConnection {
        payloadWanted = false;
        payloadLeft = length;
        dataStream = streamId;
        dataFlags = flags;
        try {
            payloadWanted = listener.onData(streamId, flags, length);
        } catch (FrameViolation violation) {
            pass(violation, listener);
        }
        if (payloadWanted && length == 0) {
            endData(listener);
        }
    }

    private void endData(FrameListener listener) throws FrameViolation.OfConnection {
        try {
            listener.onDataEnd(dataStream, dataFlags);
        } catch (FrameViolation violation) {
            pass(violation, listener);
        }
    }

    private static void windowUpdate(int streamId, int flags, long credit, FrameListener listener)
            throws FrameViolation.OfConnection {
        try {
            listener.onWindowUpdate(streamId, flags, credit);
        } catch (FrameViolation violation) {
            pass(violation, listener);
        }
    }

    private static void ping(boolean answer, int opaque, FrameListener listener) throws FrameViolation.OfConnection {
        try {
            listener.onPing(answer, opaque);
        } catch (FrameViolation violation) {
            pass(violation, listener);
        }
    }

    private static void goAway(int code, FrameListener listener) throws FrameViolation.OfConnection {
        try {
            listener.onGoAway(GoAwayCode.of(code));
        } catch (FrameViolation violation) {
            pass(violation, listener);
        }
    }

    private static void pass(FrameViolation violation, FrameListener listener) throws FrameViolation.OfConnection {
        if (violation instanceof FrameViolation.OfStream ofStream) {
            listener.onStreamViolation(ofStream);
        } else if (violation instanceof FrameViolation.OfConnection ofConnection) {
            throw ofConnection;
        }
    }

    private static FrameViolation.OfConnection protocolError(String message) {
        return FrameViolation.connection(GoAwayCode.PROTOCOL_ERROR, message);
    }
}
