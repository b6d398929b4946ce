// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.dataplane.internal.limits.ByteRate;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.spi.Protocol;
import org.sallyport.spi.ResetMode;

/**
 * A carried connection at this end, from accept or open to the last event of its socket, and until its stream has sent what
 * was taken from there. All that ends it goes through here, so that it ends once and with one reason.
 *
 * <p>State belongs to the loop of its socket (before there is one: of its stream), except where a method says otherwise.
 */
public abstract class Connection {
    private final Destination destination;
    private final Plugin<Protocol> protocol;
    private final ConnectionGroup group;
    private final Traffic traffic;
    private final boolean socketIsApplication;
    private final long idleNanos;
    private final AtomicReference<@Nullable String> reason = new AtomicReference<>();

    private volatile long fromSocket;
    private volatile long fromStream;
    private long socketCount;
    private long streamCount;
    private volatile long lastByte;
    private @Nullable Future<?> idleCheck;
    private boolean socketGone;
    private boolean aborted;
    private boolean over;

    /**
     * @param destination as it was when the connection began
     * @param protocol was entered by the caller, and is left when the connection is over
     * @param group of the destination at this end
     * @param traffic where bytes are counted; the caller made it {@linkplain Traffic#begin begin}
     * @param socketIsApplication whether the socket is the application's (at the ingress) or the resource's
     */
    protected Connection(
            Destination destination,
            Plugin<Protocol> protocol,
            ConnectionGroup group,
            Traffic traffic,
            boolean socketIsApplication) {
        this.destination = destination;
        this.protocol = protocol;
        this.group = group;
        this.traffic = traffic;
        this.socketIsApplication = socketIsApplication;
        // one end is enough, and the application's is nearer to who asked for it
        idleNanos = socketIsApplication ? destination.options().idleTimeout().toNanos() : 0;
    }

    public final Destination destination() {
        return destination;
    }

    public final Plugin<Protocol> protocol() {
        return protocol;
    }

    /** {@return the loop that its state belongs to} */
    public abstract EventLoop loop();

    /** {@return what bounds the bytes from the socket} */
    protected ByteRate socketRate() {
        return ByteRate.UNLIMITED;
    }

    /** {@return what bounds the bytes from the stream} */
    protected ByteRate streamRate() {
        return ByteRate.UNLIMITED;
    }

    /** The socket failed, or was closed, before it was joined to a stream. */
    protected abstract void socketBroken(String why);

    /** A stream failed before it was joined to a socket. */
    protected abstract void streamBroken(StreamEnd stream, Throwable cause);

    /**
     * Ends it both ways with resets, at once. Safe for every thread; does nothing when it is over.
     *
     * @param why for the flow log
     */
    public final void abort(String why) {
        EventLoop loop = loop();
        if (loop.inEventLoop()) {
            abortHere(why);
        } else {
            loop.execute(() -> abortHere(why));
        }
    }

    private void abortHere(String why) {
        if (!over) {
            because(why);
            // what the stream still had to send is given up
            aborted = true;
            abortNow();
            if (socketGone) {
                finish();
            }
        }
    }

    /** Resets socket and stream at once with {@link ResetMode#ABORT}; on the loop, perhaps more than once. */
    protected abstract void abortNow();

    /** Its socket was reset before anything had left on the stream, which is reset for it; on the stream's loop. */
    protected void unheard() {
        // nobody counts that where streams are accepted
    }

    /** Is asked to end soon. Safe for every thread. */
    public abstract void drain();

    /** Its last words; on the loop, once. */
    protected abstract void closed(String why);

    /** Notes why it ends; the first one who knows is right. Safe for every thread. */
    protected final void because(String why) {
        reason.compareAndSet(null, why);
    }

    /**
     * Nothing is left of the socket; on the loop.
     *
     * @param stream that it was joined to: it may still have to send what came from the socket, for as long as nobody
     *     {@linkplain #abort aborts} the connection
     */
    final void socketGone(@Nullable StreamEnd stream) {
        socketGone = true;
        if (stream == null || aborted) {
            finish();
        } else {
            stream.tellWhenGone();
        }
    }

    /** Nothing is left of the stream that the socket was joined to. Safe for every thread. */
    final void streamGone() {
        EventLoop loop = loop();
        if (loop.inEventLoop()) {
            finish();
        } else {
            loop.execute(this::finish);
        }
    }

    /** To be called when nothing of it is left on its channels and no code of its protocol will run for it any more. */
    protected final void finish() {
        if (over) {
            return;
        }
        over = true;
        Future<?> check = idleCheck;
        if (check != null) {
            check.cancel(false);
        }
        String why = reason.get();
        closed(why == null ? "closed" : why);
        protocol.leave();
        traffic.ended();
        group.remove(this);
    }

    /**
     * Joins the group; before anything else. Who does so looks <em>afterwards</em> whether destination and protocol still
     * take connections: whoever makes them leave says so first and looks into the group then, so nobody slips through.
     * Safe for every thread.
     */
    protected final void begin() {
        group.add(this);
    }

    /** {@return whether it was asked to end at once} */
    protected final boolean isAborted() {
        return aborted;
    }

    protected final boolean isOver() {
        return over;
    }

    /** A burst came from the socket; on its loop. */
    final void carriedFromSocket(long bytes) {
        socketCount += bytes;
        fromSocket = socketCount;
        traffic.carried(socketIsApplication, bytes);
        touch();
    }

    /** A burst came from the stream; on its loop. */
    final void carriedFromStream(long bytes) {
        streamCount += bytes;
        fromStream = streamCount;
        traffic.carried(!socketIsApplication, bytes);
        touch();
    }

    private void touch() {
        if (idleNanos > 0) {
            lastByte = loop().ticker().nanoTime();
        }
    }

    /** {@return how many bytes came from the socket} */
    public final long fromSocket() {
        return fromSocket;
    }

    /** {@return how many bytes came from the stream} */
    public final long fromStream() {
        return fromStream;
    }

    /** Ends the connection when no byte comes for too long, from now on. On the loop. */
    protected final void watchIdleness() {
        if (idleNanos > 0) {
            touch();
            checkIdlenessIn(idleNanos);
        }
    }

    private void checkIdlenessIn(long nanos) {
        idleCheck = loop().schedule(this::checkIdleness, nanos, TimeUnit.NANOSECONDS);
    }

    private void checkIdleness() {
        if (over) {
            return;
        }
        long left = idleNanos - (loop().ticker().nanoTime() - lastByte);
        if (left > 0) {
            checkIdlenessIn(left);
        } else {
            abort("idle for " + Duration.ofNanos(idleNanos).toSeconds() + " s");
        }
    }
}
