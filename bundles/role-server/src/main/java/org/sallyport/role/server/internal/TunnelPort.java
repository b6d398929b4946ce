// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.TunnelIdentity;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelListener;
import org.sallyport.spi.TunnelTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tunnel port: opened as soon as there is an identity to show, tried again while another program holds it, moved
 * without touching tunnels that are up. On the role's thread; {@link #address} and {@link #problem} on any.
 */
final class TunnelPort {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelPort.class);
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final TunnelTransport transport;
    private final RoleThread thread;
    private final Consumer<Tunnel> arrivals;
    private final Consumer<HostPort> opened;
    private final Consumer<String> stuck;
    private HostPort wish;
    private @Nullable KeyMaterial identity;
    private @Nullable TunnelListener listener;
    private @Nullable Registration retry;
    private boolean opening;
    private boolean tried;
    private boolean closed;
    private volatile @Nullable HostPort address;
    private volatile String problem = "it waits for the server's key";

    /**
     * A port that is not open yet.
     *
     * @param wish where it is to be; port 0: any free one
     * @param arrivals gets the tunnels, on their event loops
     * @param opened is told the real address whenever the port was opened
     * @param stuck is told why the very first try to open it failed
     */
    TunnelPort(
            TunnelTransport transport,
            RoleThread thread,
            HostPort wish,
            Consumer<Tunnel> arrivals,
            Consumer<HostPort> opened,
            Consumer<String> stuck) {
        this.transport = transport;
        this.thread = thread;
        this.wish = wish;
        this.arrivals = arrivals;
        this.opened = opened;
        this.stuck = stuck;
    }

    /** Shows an identity: the first one opens the port, another one is shown in later handshakes. */
    void show(TunnelIdentity next) {
        KeyMaterial material = next.material();
        if (material.equals(identity)) {
            return;
        }
        identity = material;
        if (listener != null) {
            listener.identity(material);
        } else {
            open();
        }
    }

    private void open() {
        KeyMaterial shown = identity;
        if (closed || opening || listener != null || shown == null) {
            return;
        }
        opening = true;
        HostPort place = wish;
        thread.then(listen(place, shown), (bound, failure) -> {
            opening = false;
            if (bound != null && (closed || !place.equals(wish))) {
                discard(bound);
                open();
            } else if (bound != null) {
                adopt(bound, place);
            } else {
                failed(place, Failures.text(failure));
            }
        });
    }

    private void failed(HostPort place, String text) {
        String why = text.startsWith("tunnel port ") ? text : "tunnel port " + place + " cannot be opened: " + text;
        if (!tried) {
            stuck.accept(why + "; end the program that holds it, or set tunnel.port");
        }
        tried = true;
        String next = why + "; it is tried again every " + AGAIN.toSeconds()
                + " s; end the program that holds it, or set tunnel.port";
        if (!next.equals(problem)) {
            LOG.warn("server: {}", next);
        }
        problem = next;
        if (!closed) {
            retry = thread.after(AGAIN, this::open);
        }
    }

    private void adopt(TunnelListener bound, HostPort place) {
        tried = true;
        listener = bound;
        if (identity != null) {
            bound.identity(identity); // it may have changed while the port was being opened
        }
        InetSocketAddress socket = bound.address();
        // a socket on all addresses calls itself ::, whichever way the operator wrote that
        boolean everywhere = socket.getAddress().isAnyLocalAddress();
        HostPort real =
                new HostPort(everywhere ? place.host() : socket.getAddress().getHostAddress(), socket.getPort());
        address = real;
        problem = "";
        LOG.info("server: tunnel port {} is open", real);
        opened.accept(real);
    }

    private CompletionStage<TunnelListener> listen(HostPort place, KeyMaterial shown) {
        CompletableFuture<TunnelListener> result = new CompletableFuture<>();
        InetSocketAddress socket = new InetSocketAddress(place.host(), place.port());
        if (socket.isUnresolved()) {
            result.completeExceptionally(
                    new IllegalArgumentException(place.host() + " is no address of this machine, nor a name of one"));
            return result;
        }
        try {
            transport.listen(socket, shown, arrivals).addListener((Future<TunnelListener> done) -> {
                if (done.isSuccess()) {
                    result.complete(done.getNow());
                } else {
                    result.completeExceptionally(done.cause());
                }
            });
        } catch (RuntimeException e) {
            // it may be anybody's transport, and whoever waits here would wait for ever
            result.completeExceptionally(e);
        }
        return result;
    }

    /**
     * Moves the port. The new one is opened before the old one is closed, where both can be open at once; else the old one
     * is closed first, and opened again when the new one fails.
     *
     * @param place where it is to be
     * @return completes on the role's thread when it is there; fails when it cannot be, and then it is where it was
     */
    CompletableFuture<Void> move(HostPort place) {
        KeyMaterial shown = identity;
        TunnelListener old = listener;
        HostPort before = wish;
        if (place.equals(before) || closed) {
            return CompletableFuture.completedFuture(null);
        }
        if (old == null || shown == null) { // not open yet: it is tried at the new place from now on
            wish = place;
            if (retry != null) {
                retry.close();
            }
            open();
            return CompletableFuture.completedFuture(null);
        }
        boolean samePort = place.port() != 0 && place.port() == old.address().getPort();
        CompletionStage<TunnelListener> next =
                samePort ? release(old).thenComposeAsync(free -> listen(place, shown), thread) : listen(place, shown);
        CompletableFuture<Void> moved = new CompletableFuture<>();
        thread.then(next, (bound, failure) -> {
            if (bound == null) {
                if (samePort) {
                    listener = null;
                    address = null;
                    open();
                }
                moved.completeExceptionally(failure == null ? new IllegalStateException("no listener") : failure);
                return;
            }
            if (closed) {
                discard(bound);
            } else {
                wish = place;
                if (!samePort) {
                    discard(old);
                }
                adopt(bound, place);
            }
            moved.complete(null);
        });
        return moved;
    }

    private static void discard(TunnelListener listener) {
        listener.close().addListener(closed -> LOG.debug("server: tunnel port {} is closed", listener.address()));
    }

    private static CompletableFuture<Void> release(TunnelListener listener) {
        CompletableFuture<Void> free = new CompletableFuture<>();
        listener.close().addListener((Future<Void> done) -> free.complete(null));
        return free;
    }

    /** {@return where it is open, null while it is not} */
    @Nullable
    HostPort address() {
        return address;
    }

    /** {@return why it is not open; empty when it is} */
    String problem() {
        return problem;
    }

    /** Closes it; completes when it is free. */
    CompletableFuture<Void> close() {
        closed = true;
        address = null;
        problem = "it is closed";
        if (retry != null) {
            retry.close();
        }
        return listener == null ? CompletableFuture.completedFuture(null) : release(listener);
    }
}
