// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.Registration;
import org.sallyport.api.door.DoorFile;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.shell.internal.door.LocalDoor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prints what scripts wait for on standard output: {@code ready:}, {@code attached:}, {@code detached:} and
 * {@code refused:}, one event a line. Who reads {@code ready:} can use the door and the role's commands at once. When
 * nothing is left to attach, it ends the process with code 5, when the role cannot start, with 1. In a container that another launcher started it does nothing.
 */
@Component(
        service = {},
        immediate = true) // listens
public final class ContractLines {
    private static final Logger LOG = LoggerFactory.getLogger(ContractLines.class);

    /** System property that tells the launcher the exit code. */
    private static final String EXIT = "sallyport.exit";

    /** System property that remembers, beyond an update of this bundle, that the past was printed already. */
    private static final String BEGUN = "sallyport.shell.lines";

    private static final int FAILED = 1;
    private static final int NOTHING_LEFT = 5;
    private static final long ROLE_SECONDS = 10;

    private final PrintStream out;
    private final CompletionStage<?> server;
    private final CompletionStage<?> client;
    private final IntConsumer end;
    private final @Nullable Registration registration;

    /** Whether a role is or was ready, so that it is no start any more; touched on the hub's thread only. */
    private boolean ready;

    /** The last line's printing; touched on the hub's thread only. */
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    /** The door is asked for so that it is open before anything is said to be ready. */
    @Activate
    public ContractLines(@Reference EventHub events, @Reference RoleServices services, @Reference LocalDoor door) {
        this.out = System.out;
        this.server = services.serverSeen();
        this.client = services.clientSeen();
        this.end = ContractLines::endProcess;
        if (System.getProperty(DoorFile.BASE, "").isEmpty()) {
            registration = null;
        } else if (System.setProperty(BEGUN, "true") == null) {
            registration = events.subscribeWithPast(this::take);
        } else {
            ready = true;
            registration = events.subscribe(this::take);
        }
    }

    ContractLines(
            PrintStream out, EventHub events, CompletionStage<?> server, CompletionStage<?> client, IntConsumer end) {
        this.out = out;
        this.server = server;
        this.client = client;
        this.end = end;
        this.registration = events.subscribeWithPast(this::take);
    }

    @Deactivate
    void stop() {
        if (registration != null) {
            registration.close();
        }
    }

    private void take(Event event) {
        if (event instanceof Event.ServerReady) {
            ready = true;
            after(server);
        } else if (event instanceof Event.ClientReady) {
            ready = true;
            after(client);
        }
        if (event instanceof Event.NothingLeftToAttach) {
            last = last.thenRun(() -> end.accept(NOTHING_LEFT));
        } else if (event instanceof Event.StartFailed failed && !ready) {
            LOG.error("start: {}", failed.reason()); // errors go to standard error, too
            last = last.thenRun(() -> end.accept(FAILED));
        } else {
            @Nullable String line = line(event);
            if (line != null) {
                last = last.thenRun(() -> out.print(line + "\n"));
            }
        }
    }

    /** Lets the next lines wait for a role's commands; a role without them is still told of, a little later. */
    private void after(CompletionStage<?> role) {
        last = last.thenCombine(
                role.toCompletableFuture()
                        .copy()
                        .orTimeout(ROLE_SECONDS, TimeUnit.SECONDS)
                        .handle((seen, late) -> true),
                (printed, seen) -> seen);
    }

    static @Nullable String line(Event event) {
        if (event instanceof Event.ServerReady ready) {
            return "ready: server tunnel=" + ready.tunnel();
        }
        if (event instanceof Event.ClientReady) {
            return "ready: client";
        }
        if (event instanceof Event.Attached attached) {
            return "attached: gateway=" + attached.gateway() + " client=" + attached.client();
        }
        if (event instanceof Event.Detached detached) {
            return "detached: gateway=" + detached.gateway() + " client=" + detached.client() + " reason="
                    + word(detached.reason());
        }
        if (event instanceof Event.AttachRefused refused) {
            return "refused: gateway=" + (refused.gateway() == null ? "unknown" : refused.gateway()) + " code="
                    + refused.code() + " text=" + quoted(refused.text()) + " retry=" + seconds(refused.retry());
        }
        return null;
    }

    private static String word(String text) {
        return text.matches("[\\p{Alnum}._-]+") ? text : quoted(text);
    }

    private static String quoted(String text) {
        return '"' + text.replace('"', '\'').replaceAll("\\p{Cntrl}", " ") + '"';
    }

    private static String seconds(@Nullable Duration retry) {
        return retry == null ? "never" : "" + (retry.toMillis() + 999) / 1000;
    }

    /** Not on the thread that tells: the end of the process stops the hub and waits for it. */
    private static void endProcess(int code) {
        System.setProperty(EXIT, Integer.toString(code));
        new Thread(() -> System.exit(code), "sallyport-exit").start();
    }
}
