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
 * <p>Half-close: {@link #shutdownOutput()} sends FIN <em>after</em> everything that was written before, flushed or not, however
 * long credit takes (other than a socket of Netty, which drops what is queued); its future completes when FIN is queued. A
 * FIN that arrives fires {@link io.netty.channel.socket.ChannelInputShutdownEvent} after all data was read (the option
 * {@code ALLOW_HALF_CLOSURE} is always on). {@link #close()} after FIN both ways is clean; before that it is an abort.
 *
 * <p>A reset of the other end fires {@code exceptionCaught} with {@link StreamResetException} after the data that came before
 * it, then {@code channelInactive}; a reader that is paused is told 5 s later at the latest, and what it did not read is
 * discarded. The loss of the tunnel fires the same at once, and what was not read by then is discarded; but a stream to
 * whose end both sides had come is read on.
 *
 * <p>Back-pressure: not writable means no credit or a full tunnel; auto-read off means that credit is not given back. What is
 * written all the same is kept until there is credit. One {@code channelReadComplete} ends each burst of reads.
 */
public interface StreamChannel extends DuplexChannel {
    /**
     * What the egress end answers. Listeners that are on the event loop are told before anything that follows is read.
     *
     * @return the answer; fails with {@link StreamResetException} if the stream ends before it comes
     */
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
     * How many bytes before the reader index of a written buffer save a copy: a writer that owns its buffer alone leaves so
     * many, and the frame header goes there. The stream writes into them only when nobody can share them: the buffer is not
     * derived from another (a slice or duplicate), its reference count is 1, and it is a direct one.
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

    /**
     * Says how many of the bytes that were read from the stream wait with the reader, who cannot pass them on now. They count as
     * held by the stream, and no credit is given back for them, until the reader says 0. So a reader that stops holds no
     * more than the window. On any thread.
     *
     * @param bytes as they are now, in place of what was said before
     */
    void withhold(int bytes);
}
