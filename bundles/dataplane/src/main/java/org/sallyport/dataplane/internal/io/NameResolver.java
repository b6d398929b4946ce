// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.io;

import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Asks the system for the addresses of names, on a few threads of its own because the system's answer may take long. A name
 * is asked for once, however many wait for it: one that nobody answers must not keep the others from being asked for. What
 * waits is bounded: names here, those who wait for one by their share of dials. The JDK's cache answers repeated questions.
 * Addresses are answered at once.
 */
public final class NameResolver implements AutoCloseable {
    private static final int THREADS = 16;
    private static final int MOST_WAITING = 1024;
    private static final long IDLE_SECONDS = 10;
    private static final long STOP_SECONDS = 2;

    /** How names are looked up; may block. */
    @FunctionalInterface
    public interface Lookup {
        /** {@return the addresses of a name, never none} */
        List<InetAddress> find(String name) throws UnknownHostException;
    }

    private final Lookup lookup;
    private final ThreadPoolExecutor threads;
    private final Map<String, CompletableFuture<List<InetAddress>>> pending = new ConcurrentHashMap<>();

    /** Asks the system. */
    public NameResolver() {
        this(name -> List.of(InetAddress.getAllByName(name)));
    }

    /**
     * @param lookup is asked
     */
    public NameResolver(Lookup lookup) {
        this.lookup = lookup;
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), task -> {
                    Thread thread = new Thread(task, "sallyport-names-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * The address that a text is, without asking anybody.
     *
     * @param host a name or an address
     * @return null if it is a name
     */
    public static @Nullable InetAddress literal(String host) {
        return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)
                ? NetUtil.createInetAddressFromIpAddressString(host)
                : null;
    }

    /**
     * Resolves a name or an address.
     *
     * @param host which
     * @param loop where the answer is told
     * @return the addresses, never none; fails with {@link UnknownHostException}, or with
     *     {@link RejectedExecutionException} when too many wait
     */
    public Future<List<InetAddress>> resolve(String host, EventLoop loop) {
        InetAddress literal = literal(host);
        if (literal != null) {
            return loop.newSucceededFuture(List.of(literal));
        }
        Promise<List<InetAddress>> answer = loop.newPromise();
        CompletableFuture<List<InetAddress>> asked = pending.computeIfAbsent(host, this::ask);
        CompletableFuture<List<InetAddress>> unused = asked.whenComplete((addresses, failure) -> {
            pending.remove(host, asked);
            if (failure == null) {
                answer.trySuccess(addresses);
            } else {
                answer.tryFailure(failure);
            }
        });
        return answer;
    }

    private CompletableFuture<List<InetAddress>> ask(String host) {
        CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
        try {
            threads.execute(() -> {
                try {
                    answer.complete(lookup.find(host));
                } catch (UnknownHostException | RuntimeException e) {
                    answer.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    /** Stops; questions that wait are not answered. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            // a lookup in the system can't be interrupted; its thread is a daemon and ends after it
            boolean ended = threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
            assert ended || threads.isTerminating();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
