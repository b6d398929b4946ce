// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi.proxy;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Shown;

/** A proxy did not make the connection; the message is for an operator, names the proxy and holds no credentials. */
public final class ProxyException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean answered;

    private ProxyException(String message, boolean answered, @Nullable Throwable cause) {
        super(message, cause);
        this.answered = answered;
    }

    /** A proxy said no, so that asking it at another of its addresses is of no use. */
    static ProxyException refused(String message) {
        return new ProxyException(message, true, null);
    }

    /** There is no proxy, or none that works. */
    static ProxyException absent(String message) {
        return new ProxyException(message, false, null);
    }

    /** There is none because of what happened to the connection. */
    public static ProxyException absent(String message, Throwable cause) {
        return new ProxyException(message, false, cause);
    }

    /** What speaks there is something else. */
    static ProxyException stranger(String proxy, String began) {
        return absent("what answers at the " + proxy + " is no such proxy: it began with '" + Shown.of(began) + "'");
    }

    /** It was closed too early. */
    static ProxyException closed(String proxy) {
        return absent("the " + proxy + " closed the connection before it answered; it may serve another kind of proxy");
    }

    /** {@return whether the proxy decided so, rather than being unreachable or out of order} */
    public boolean answered() {
        return answered;
    }
}
