// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi.stage;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.StageEvent;
import org.sallyport.spi.StreamContext;

/**
 * How a stage at the ingress end takes leave of an application after the last word that it wrote, so that the word arrives: a
 * socket that is closed while bytes of its peer are unread is reset, and what was written to it before may be lost.
 *
 * <ol>
 *   <li>The stream, if there is one, is let go ({@link StreamContext#renew()}), and the application's output ends behind what
 *       was written.
 *   <li>What still comes is read, and dropped by the stage, until the application's own end comes or for {@value #LINGER_SECONDS} s.
 *   <li>The socket is closed; one that does not take what was sent to it, after another {@value #LINGER_SECONDS} s.
 * </ol>
 *
 * <p>That is less than the 5 s that the data plane gives to a stage whose open was refused. From {@link #begin} on the stage
 * drops what is read and what is written, and lets no {@link StageEvent} and no {@link ChannelInputShutdownEvent} pass that it
 * is told of; of the latter it tells {@link #inputEnded()}. On the channel's event loop; one for each connection.
 */
public final class Parting {
    private static final long LINGER_SECONDS = 2;

    private final StreamContext context;
    private final ReadGate gate;
    private @Nullable ChannelHandlerContext stage;
    private @Nullable Future<?> timer;
    private boolean endPassed;

    /**
     * @param context of the connection
     * @param gate of the stage; a new one if the stage never holds anything
     */
    public Parting(StreamContext context, ReadGate gate) {
        this.context = context;
        this.gate = gate;
    }

    /** {@return whether the stage has taken leave} */
    public boolean hasBegun() {
        return stage != null;
    }

    /**
     * Takes leave; a second call does nothing.
     *
     * @param here the stage's handler, which has released what it held
     * @param inputEnded whether the application's end has come before
     */
    public void begin(ChannelHandlerContext here, boolean inputEnded) {
        if (stage != null) {
            return;
        }
        stage = here;
        if (!isRefused(context.opened())) {
            context.renew();
        }
        here.flush();
        here.fireUserEventTriggered(StageEvent.RESOURCE_ENDED);
        if (inputEnded) {
            passEnd(here);
        } else {
            gate.drop(here);
            timer = after(here, () -> passEnd(here));
        }
    }

    /** The application's end has come. */
    public void inputEnded() {
        ChannelHandlerContext here = stage;
        if (here != null) {
            passEnd(here);
        }
    }

    /** The handler was removed: there is nothing to wait for any more. */
    public void cancel() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /** There is no stream to let go of, and the data plane counts the connection as refused. */
    private static boolean isRefused(Future<OpenReply> opened) {
        return opened.isDone() && !(opened.isSuccess() && opened.getNow().accepted());
    }

    private void passEnd(ChannelHandlerContext here) {
        if (!endPassed) {
            endPassed = true;
            cancel();
            // whoever doesn't take what is sent to it keeps the socket from closing by itself
            timer = after(here, () -> close(here));
            here.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for a closed socket
    private static void close(ChannelHandlerContext here) {
        here.close();
    }

    private Future<?> after(ChannelHandlerContext here, Runnable task) {
        return here.executor().schedule(task, LINGER_SECONDS, TimeUnit.SECONDS);
    }
}
