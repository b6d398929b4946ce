// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.Refused;

/** The client's end of a control stream; says by itself that it applied what it was given, unless it is told not to. */
final class TestClient {
    private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean applies = true;
    private volatile Channel channel;
    private volatile TestTunnel tunnel;
    private volatile String id = "";
    private volatile List<Applied.Remark> remarks = List.of();

    void begin(Channel connected, TestTunnel serverSide) {
        channel = connected;
        tunnel = serverSide;
    }

    TestTunnel tunnel() {
        return tunnel;
    }

    String id() {
        return id;
    }

    TestClient neverApplies() {
        applies = false;
        return this;
    }

    void received(Object message) {
        received.add(message);
        if (applies && message instanceof Attached attached) {
            applied(attached.config().revision());
        } else if (applies && message instanceof Config config) {
            applied(config.revision());
        }
    }

    private void applied(long revision) {
        send(new Applied(revision, List.of(), remarks));
    }

    /** Says something of a destination, now and whenever it applies a configuration. */
    void remarks(Applied.Remark remark) {
        channel.eventLoop().execute(() -> {
            remarks = List.of(remark);
            applied(99);
        });
    }

    void ended() {
        ended.countDown();
    }

    void send(ControlMessage message) {
        var unused = channel.writeAndFlush(message);
    }

    void sendNoise() {
        var unused = channel.pipeline().firstContext().writeAndFlush(Unpooled.copyInt(4, -1));
    }

    Attached attach(Attach message) {
        send(message);
        Attached answer = next(Attached.class);
        id = answer.client();
        return answer;
    }

    Attached attach(String token) {
        return attach(Attach.withToken(token, "laptop", "1.0"));
    }

    Refused refusedWith(Attach message) {
        send(message);
        Refused refused = next(Refused.class);
        awaitEnd();
        return refused;
    }

    /** {@return the next message of a kind, others before it are passed over} */
    <T> T next(Class<T> kind) {
        try {
            for (Object message = received.poll(5, TimeUnit.SECONDS);
                    message != null;
                    message = received.poll(5, TimeUnit.SECONDS)) {
                if (kind.isInstance(message)) {
                    return kind.cast(message);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new AssertionError("no " + kind.getSimpleName() + " within 5 s");
    }

    void awaitEnd() {
        try {
            if (!ended.await(5, TimeUnit.SECONDS)) {
                throw new AssertionError("the tunnel did not end within 5 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean open() {
        return ended.getCount() > 0;
    }

    void close() {
        channel.close().syncUninterruptibly();
    }
}
