// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.StreamContext;

/** The stream that requests go on, one after the other as each is let go. On the connection's event loop. */
final class OpenStream {
    private final StreamContext context;
    private final Consumer<HttpFault> refused;
    private @Nullable Future<OpenReply> opening;

    /**
     * @param context of the connection
     * @param refused is told what to answer when a stream was refused; there is none to let go of then
     */
    OpenStream(StreamContext context, Consumer<HttpFault> refused) {
        this.context = context;
        this.refused = refused;
    }

    /** Opens one, if there is none. */
    void open() {
        if (opening == null) {
            context.open();
            Future<OpenReply> reply = context.opened();
            opening = reply;
            var unused = reply.addListener(told -> opened(reply));
        }
    }

    private void opened(Future<OpenReply> reply) {
        boolean accepted = reply.isSuccess() && reply.getNow().accepted();
        if (!accepted && reply == opening) {
            opening = null;
            refused.accept(
                    reply.isSuccess()
                            ? ErrorAnswer.of(reply.getNow().code())
                            : new HttpFault(502, "The gateway failed to reach the resource."));
        }
    }

    /** {@return whether there is one that was opened under rules which hold no longer} */
    boolean isStale() {
        return opening != null && context.stale();
    }

    /** Lets go of it, if there is one. */
    void letGo() {
        if (opening != null) {
            opening = null;
            context.renew();
        }
    }
}
