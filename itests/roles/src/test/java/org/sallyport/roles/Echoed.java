// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.sallyport.api.HostPort;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Pattern;

/** A transfer to a resource that sends all back, in which both ends send at the same time and every byte is checked. */
final class Echoed {
    private final long bytes;
    private final CompletableFuture<Long> back;

    private Echoed(long bytes, CompletableFuture<Long> back) {
        this.bytes = bytes;
        this.back = back;
    }

    /** {@return one that has begun} */
    static Echoed begin(HostPort echo, long bytes) {
        return new Echoed(bytes, CompletableFuture.supplyAsync(() -> transfer(echo, bytes), Echoed::daemon));
    }

    /** Waits until all came back as it was sent. */
    void isRight() throws Exception {
        assertThat(back.get(Node.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(bytes);
    }

    /** {@return whether it is still under way} */
    boolean isRunning() {
        return !back.isDone();
    }

    private static long transfer(HostPort echo, long bytes) {
        try (Conversation application = Conversation.connect(echo)) {
            daemon(() -> {
                try {
                    Pattern.write(application.socket().getOutputStream(), bytes);
                    application.end();
                } catch (IOException e) {
                    // then not all comes back
                }
            });
            return Pattern.readToEnd(application.socket().getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "echoed");
        thread.setDaemon(true);
        thread.start();
    }
}
