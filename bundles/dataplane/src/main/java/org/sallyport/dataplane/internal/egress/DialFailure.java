// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import java.net.UnknownHostException;
import java.util.Locale;
import java.util.concurrent.RejectedExecutionException;
import org.sallyport.api.HostPort;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;

/** What the other end is told when a resource could not be reached. */
final class DialFailure {
    private DialFailure() {}

    /** {@return the answer when a name could not be resolved} */
    static OpenReply unresolved(HostPort resource, Throwable cause) {
        if (cause instanceof RejectedExecutionException) {
            return new OpenReply(OpenCode.TOO_MANY, "too many names wait to be resolved");
        }
        if (cause instanceof UnknownHostException) {
            return new OpenReply(OpenCode.NOT_RESOLVED, "name " + resource.host() + " is not known here");
        }
        return new OpenReply(OpenCode.NOT_RESOLVED, "name " + resource.host() + ": " + cause.getMessage());
    }

    /** {@return the answer when no address answered} */
    static OpenReply unreached(HostPort resource, Throwable cause) {
        return unreached(resource.toString(), cause);
    }

    /**
     * The answer when no address answered.
     *
     * @param resource what was dialled, in words
     */
    static OpenReply unreached(String resource, Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("timed out")) {
            return new OpenReply(OpenCode.TIMED_OUT, resource + " did not answer");
        }
        if (lower.contains("refused")) {
            return new OpenReply(OpenCode.CONNECTION_REFUSED, resource + " refused the connection");
        }
        if (lower.contains("too many open files")) {
            return new OpenReply(OpenCode.TOO_MANY, "out of file descriptors");
        }
        return new OpenReply(OpenCode.CONNECTION_REFUSED, resource + " cannot be reached: " + message);
    }
}
