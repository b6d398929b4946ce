// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.frame;

/**
 * The header of a yamux frame: 12 bytes, big endian.
 *
 * <pre>
 *  0        1        2                 4                          8                          12
 *  | version|  type  |      flags      |         stream ID        |          length          |
 * </pre>
 */
public final class Frame {

    /** Bytes of a header. */
    public static final int HEADER_LENGTH = 12;

    /** The only version. */
    public static final int VERSION = 0;

    /** Payload; length bytes follow the header, possibly none. */
    public static final int TYPE_DATA = 0;

    /** Credit; length is what is added, no bytes follow. */
    public static final int TYPE_WINDOW_UPDATE = 1;

    /** Round trip; length is an opaque value, stream 0, flag SYN asks and ACK answers. */
    public static final int TYPE_PING = 2;

    /** No more streams; length is a {@link GoAwayCode}, stream 0. */
    public static final int TYPE_GO_AWAY = 3;

    /** The first frame of a stream. */
    public static final int SYN = 1;

    /** The first frame that the accepting end sends on a stream. */
    public static final int ACK = 2;

    /** The sender sends nothing more on this stream. */
    public static final int FIN = 4;

    /** The stream ends now, in both directions. */
    public static final int RST = 8;

    static final int STREAM_FLAGS = SYN | ACK | FIN | RST;

    private Frame() {}

    /** Whether an ID is of those that a client opens; a server opens the even ones. */
    public static boolean isClientStream(int streamId) {
        return (streamId & 1) == 1;
    }
}
