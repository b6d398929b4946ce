// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.frame;

import io.netty.buffer.ByteBuf;

/**
 * What a {@link FrameReader} found, in the order of the bytes. Version, type, flags, and for the peer's own streams
 * parity and growth of the ID, are already checked; credit and the state of streams are the listener's to check.
 *
 * <p>Stream IDs are unsigned: compare them with {@link Integer#compareUnsigned}. Flags are the bits of {@link Frame}.
 *
 * <p>A DATA frame is three calls: {@link #onData} when its header is read and before a byte of it is touched,
 * {@link #onPayload} any number of times, {@link #onDataEnd} after the last byte. FIN and RST take effect at the end.
 */
public interface FrameListener {

    /**
     * A DATA frame begins.
     *
     * @param length bytes of payload, 0 to 2^32 - 1; check it against the stream's credit here
     * @return true when the payload and the end are wanted; false skips the frame to its end
     * @throws FrameViolation of the stream: the frame is skipped and {@link #onStreamViolation} called; of the connection:
     *     reading ends
     */
    boolean onData(int streamId, int flags, long length) throws FrameViolation;

    /** Some bytes of the DATA frame that began last; the listener owns the buffer and releases it. Never empty. */
    void onPayload(ByteBuf payload);

    /** All payload of the DATA frame that began last was handed out. */
    void onDataEnd(int streamId, int flags) throws FrameViolation;

    /**
     * Credit.
     *
     * @param credit bytes that may be sent in addition, 0 to 2^32 - 1
     */
    void onWindowUpdate(int streamId, int flags, long credit) throws FrameViolation;

    /** A PING, or with {@code answer} the answer to one of ours. */
    void onPing(boolean answer, int opaque) throws FrameViolation;

    /** The peer opens no more streams. */
    void onGoAway(GoAwayCode code) throws FrameViolation;

    /** A violation of one stream that another method of this listener threw; reading goes on behind the frame. */
    void onStreamViolation(FrameViolation.OfStream violation);
}
