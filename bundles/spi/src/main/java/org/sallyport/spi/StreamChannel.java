// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;

/**
 * One stream of a tunnel as a Netty channel, on the tunnel's event loop.
 *
 * <p>Life: it is active as soon as it is registered. The opener may write at once (early payload), within the limits of
 * PROTOCOL.md; {@link #opened()} tells what the other end answered. The other end gets the stream through
 * {@link StreamAcceptor}, with reading off until it turns auto-read on, and must {@link #reply} once.
 *
 * <p>Half-close is Netty's: {@link #shutdownOutput()} sends FIN; a FIN that arrives fires
 * {@link io.netty.channel.socket.ChannelInputShutdownEvent} after all data was read (the option
 * {@code ALLOW_HALF_CLOSURE} is always on). A reset of the other end, or the loss of the tunnel, fires
 * {@code exceptionCaught} with {@link StreamResetException} after the data that came before it, then
 * {@code channelInactive}. {@link #close()} without FIN both ways is an abort.
 *
 * <p>Back-pressure: not writable means no credit or a full tunnel; auto-read off means that credit is not given back.
 */
public interface StreamChannel extends DuplexChannel {
    /** {@return what the egress end answers; fails with {@link StreamResetException} if the stream ends before that} */
    Future<OpenReply> opened();

    /**
     * Answers an open, once, on the event loop. A refusal also ends the stream.
     *
     * @param reply the answer
     */
    void reply(OpenReply reply);

    /**
     * Resets the stream, on any thread; a second call and one on a closed stream do nothing.
     *
     * @param mode what happens to data that is queued
     */
    void reset(ResetMode mode);

    /**
     * How many bytes before the reader index of a written buffer save a copy: a writer that owns its buffer alone and
     * made it with this channel's allocator leaves so many, and the frame header goes there.
     *
     * @return a number of bytes, constant for a channel
     */
    int headroom();

    /**
     * How many bytes may be written before the channel stops being writable for lack of credit. A reader of a socket
     * that feeds this stream reads no more than that at once.
     *
     * @return bytes, 0 when there is no credit; on the event loop
     */
    int credit();
}
