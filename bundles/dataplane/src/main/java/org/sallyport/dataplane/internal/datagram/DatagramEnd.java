// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.datagram;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.PipelineStage;
import org.sallyport.spi.ResetMode;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.StreamContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a flow of datagrams at its stream. Datagrams that the stream has no room for are dropped, and those that have to
 * go to another loop when too many are on their way there: nothing waits without a bound.
 *
 * <p>Methods are called on the flow's loop, and the flow is told on it; the stream may be on another.
 */
public final class DatagramEnd extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(DatagramEnd.class);
    private static final int MOST_CROSSING = 512 * 1024;

    /** What one on its way costs beside its bytes. */
    private static final int EACH_CROSSING = 256;

    private static final long PATIENCE_SECONDS = 5;

    /** Whose end it is; told on the flow's loop. */
    public interface Flow {
        /** A datagram came from the other end; the flow releases it. */
        void fromStream(ByteBuf datagram);

        /** Those that came together have come. */
        void fromStreamComplete();

        /**
         * The stream has ended, or was reset; told once, unless it was {@linkplain DatagramEnd#leave left} or
         * {@linkplain DatagramEnd#reset reset} from here.
         */
        void streamEnded(DatagramEnd end, String why);

        /** So many datagrams were dropped. On any thread. */
        void dropped(int count);
    }

    private final Flow flow;
    private final EventLoop loop;
    private final EventLoop streamLoop;
    private final boolean crosses;

    private final AtomicInteger crossing = new AtomicInteger();
    private List<ByteBuf> outward = new ArrayList<>(0);
    private List<ByteBuf> inward = new ArrayList<>(0);
    private volatile @Nullable StreamChannel stream;
    private volatile boolean over;

    private boolean inputEnded;
    private boolean outputEnding;
    private boolean outputEnded;

    /**
     * @param flow is told
     * @param loop of the flow
     * @param streamLoop of the stream
     */
    public DatagramEnd(Flow flow, EventLoop loop, EventLoop streamLoop) {
        this.flow = flow;
        this.loop = loop;
        this.streamLoop = streamLoop;
        crosses = loop != streamLoop;
    }

    /**
     * Tells which stream it is the end of; before anything is sent.
     *
     * @param channel in whose pipeline it is, or will be
     */
    public void of(StreamChannel channel) {
        stream = channel;
    }

    /**
     * What goes into the stream's pipeline: the codec, then a protocol's stage, then this end.
     *
     * @param stage sees each datagram as one message
     * @param context what the stage is told
     * @return to be added to the pipeline; it puts the others there in its own place
     */
    public ChannelHandler handlers(PipelineStage stage, StreamContext context) {
        return new Handlers(stage, context);
    }

    /** Puts the handlers of a flow in its place. */
    private final class Handlers extends ChannelHandlerAdapter {
        private final PipelineStage stage;
        private final StreamContext context;

        Handlers(PipelineStage stage, StreamContext context) {
            this.stage = stage;
            this.context = context;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            StreamChannel channel = (StreamChannel) added.channel();
            of(channel);
            ChannelPipeline pipeline = added.pipeline();
            pipeline.addLast(new DatagramCodec(channel.headroom()));
            try {
                stage.addTo(pipeline, context);
            } catch (RuntimeException | LinkageError e) {
                LOG.error(
                        "{}: protocol {} failed on a new flow",
                        channel,
                        context.destination().protocol(),
                        e);
                channel.reset(ResetMode.ABORT);
            }
            pipeline.addLast(DatagramEnd.this);
            pipeline.remove(this);
        }
    }

    /** {@return the stream} */
    public StreamChannel stream() {
        StreamChannel known = stream;
        if (known == null) {
            throw new IllegalStateException("the end of a flow is used before it knows its stream");
        }
        return known;
    }

    // ------------------------------------------------------------------ to the stream

    /** Sends a datagram with the next {@link #flush}, or drops it. */
    public void send(ByteBuf datagram) {
        StreamChannel to = stream();
        if (datagram.readableBytes() > DatagramCodec.MOST
                || over
                || !to.isWritable()
                || !mayCross(datagram.readableBytes())) {
            datagram.release();
            flow.dropped(1);
        } else if (crosses) {
            outward.add(copy(datagram));
        } else {
            write(to, datagram);
        }
    }

    /** What it was received in is many times as large, and nobody knows when the other loop is there. */
    private static ByteBuf copy(ByteBuf datagram) {
        try {
            int size = datagram.readableBytes();
            return datagram.alloc().directBuffer(size, size).writeBytes(datagram);
        } finally {
            datagram.release();
        }
    }

    private boolean mayCross(int bytes) {
        if (!crosses) {
            return true;
        }
        if (crossing.addAndGet(bytes + EACH_CROSSING) <= MOST_CROSSING) {
            return true;
        }
        crossed(bytes);
        return false;
    }

    private void crossed(int bytes) {
        crossing.addAndGet(-bytes - EACH_CROSSING);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what is lost is lost
    private static void write(StreamChannel to, ByteBuf datagram) {
        // behind this handler there is none, so it begins at the pipeline's end as a stage's writes do
        to.write(datagram, to.voidPromise());
    }

    /** Lets go what was sent. */
    public void flush() {
        StreamChannel to = stream();
        if (!crosses) {
            to.flush();
            return;
        }
        if (outward.isEmpty()) {
            return;
        }
        List<ByteBuf> all = outward;
        outward = new ArrayList<>(all.size());
        streamLoop.execute(() -> {
            for (ByteBuf datagram : all) {
                crossed(datagram.readableBytes());
                write(to, datagram);
            }
            to.flush();
        });
    }

    // ------------------------------------------------------------------ from the stream

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf datagram)) {
            ReferenceCountUtil.release(message);
        } else if (!crosses) {
            flow.fromStream(datagram);
        } else if (mayCross(datagram.readableBytes())) {
            inward.add(datagram);
        } else {
            datagram.release();
            flow.dropped(1);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!crosses) {
            flow.fromStreamComplete();
        } else if (!inward.isEmpty()) {
            List<ByteBuf> all = inward;
            inward = new ArrayList<>(all.size());
            loop.execute(() -> {
                for (ByteBuf datagram : all) {
                    crossed(datagram.readableBytes());
                    flow.fromStream(datagram);
                }
                flow.fromStreamComplete();
            });
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded = true;
            ended("closed");
            endOutput();
            closeWhenEnded();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        ended(String.valueOf(cause.getMessage()));
        if (context.channel().isOpen()) {
            stream().reset(ResetMode.ABORT);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended("the stream was closed");
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        inward.forEach(ByteBuf::release);
        inward.clear();
    }

    private void ended(String why) {
        if (!over) {
            over = true;
            if (loop.inEventLoop()) {
                flow.streamEnded(this, why);
            } else {
                loop.execute(() -> flow.streamEnded(this, why));
            }
        }
    }

    // ------------------------------------------------------------------ the end

    /** The flow needs the stream no longer: it ends in order, and what still comes is handed on until it has. */
    public void leave() {
        over = true;
        if (streamLoop.inEventLoop()) {
            endOutput();
        } else {
            streamLoop.execute(this::endOutput);
        }
    }

    private void endOutput() {
        StreamChannel channel = stream();
        if (outputEnding || !channel.isOpen()) {
            return;
        }
        outputEnding = true;
        channel.config().setAutoRead(true);
        channel.flush();
        channel.shutdownOutput().addListener(done -> {
            outputEnded = true;
            closeWhenEnded();
        });
        Future<?> patience =
                streamLoop.schedule(() -> channel.reset(ResetMode.ABORT), PATIENCE_SECONDS, TimeUnit.SECONDS);
        channel.closeFuture().addListener(closed -> patience.cancel(false));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // FIN went both ways, nobody waits
    private void closeWhenEnded() {
        if (inputEnded && outputEnded) {
            stream().close();
        }
    }

    /** The flow is told nothing of the stream any more; somebody else ends it. */
    public void forget() {
        over = true;
    }

    /** Ends the stream at once. */
    public void reset() {
        over = true;
        stream().reset(ResetMode.ABORT);
    }
}
