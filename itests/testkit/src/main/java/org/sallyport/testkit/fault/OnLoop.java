// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.fault;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Has the loop of a proxy do something, and waits for it. */
final class OnLoop {
    private static final long LIMIT_SECONDS = 10;

    private OnLoop() {}

    static <T> T get(EventLoop loop, Supplier<T> task) {
        return loop.inEventLoop() ? task.get() : done("a call to the proxy", loop.submit(task::get));
    }

    static void run(EventLoop loop, Runnable task) {
        get(loop, () -> {
            task.run();
            return true;
        });
    }

    /** {@return what came of it; what it failed with is thrown} */
    static <T> T done(String what, Future<T> future) {
        if (!future.awaitUninterruptibly(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError(what + " was not done within " + LIMIT_SECONDS + " s");
        }
        if (!future.isSuccess()) {
            throw new IllegalStateException(what + " failed: " + future.cause(), future.cause());
        }
        return future.getNow();
    }
}
