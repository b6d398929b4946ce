// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.io;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.Native;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps sockets whose peer has sent FIN usable on epoll.
 *
 * <p>Once the input of such a socket is shut down, Netty (as of 4.2.18) watches it for nothing, takes it out of epoll and
 * forgets that it did: the next write that has to wait for the peer fails with {@code epoll_ctl(..): No such file or
 * directory}, and what was queued is lost. One more flag keeps it in. The flag is "edge-triggered", because a socket that is
 * closed both ways reports a hang-up at every turn otherwise. Netty has no public way to set it, hence the reflection; a test
 * tells when it is needed no more.
 */
public final class HalfClosedSockets {
    private static final Logger LOG = LoggerFactory.getLogger(HalfClosedSockets.class);
    private static final int TCP_CLOSE = 7;

    private HalfClosedSockets() {}

    /**
     * Guards a socket from its first event on.
     *
     * @param socket not registered yet
     */
    public static void guard(Channel socket) {
        if (socket instanceof EpollSocketChannel) {
            socket.pipeline().addFirst(Guard.INSTANCE);
        }
    }

    /** {@return why sockets on epoll cannot be guarded, null when they can} */
    static @Nullable Throwable obstacle() {
        return Flag.OBSTACLE;
    }

    /**
     * Whether a connection has ended although nobody was told: the peer of a half-closed socket has reset it, or is gone.
     *
     * @param socket whose input has ended
     * @return whether it is known to be dead; only epoll lets this be asked
     */
    public static boolean isDead(Channel socket) {
        if (socket instanceof EpollSocketChannel epoll && epoll.isOpen()) {
            return epoll.tcpInfo().state() == TCP_CLOSE;
        }
        return false;
    }

    /** The first handler of a socket's pipeline; it has no state. */
    @ChannelHandler.Sharable
    private static final class Guard extends ChannelInboundHandlerAdapter {
        static final Guard INSTANCE = new Guard();

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                Flag.keep(context.channel());
            }
            context.fireUserEventTriggered(event);
        }
    }

    /** The way to the flags; looked for when the first socket is guarded, not before epoll is known to load. */
    private static final class Flag {
        static final @Nullable Throwable OBSTACLE;
        private static final @Nullable MethodHandle SET;

        static {
            MethodHandle found = null;
            Throwable obstacle = null;
            try {
                Method method = EpollSocketChannel.class
                        .getSuperclass()
                        .getSuperclass()
                        .getDeclaredMethod("setFlag", int.class);
                method.setAccessible(true);
                found = MethodHandles.lookup()
                        .unreflect(method)
                        .asType(MethodType.methodType(void.class, Channel.class, int.class));
            } catch (ReflectiveOperationException | RuntimeException e) {
                obstacle = e;
            }
            SET = found;
            OBSTACLE = obstacle;
        }

        static void keep(Channel socket) {
            MethodHandle set = SET;
            if (set == null || !socket.isOpen()) {
                return;
            }
            try {
                set.invokeExact(socket, Native.EPOLLET);
            } catch (IOException | UncheckedIOException e) {
                // reset in the same instant; the next read or write will tell
                LOG.debug("{}: is no longer in epoll", socket, e);
            } catch (Throwable e) {
                throw new IllegalStateException("Netty's epoll channel has changed", e);
            }
        }
    }
}
