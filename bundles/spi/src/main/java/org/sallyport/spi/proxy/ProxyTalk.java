// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** What is said to a proxy until it has made the connection. One for each connection; of its event loop only. */
public interface ProxyTalk {
    /** {@return the first words, for the caller to release} */
    ByteBuf opening();

    /**
     * The proxy spoke. To be called again with what is left as long as something is consumed.
     *
     * @param in all that was not consumed yet; what comes after the proxy's last word is left in it
     * @return what to say now, for the caller to release; null for nothing
     * @throws ProxyException if there will be no connection
     */
    @Nullable
    ByteBuf heard(ByteBuf in) throws ProxyException;

    /** {@return whether the connection leads to the server now} */
    boolean through();

    /**
     * The proxy ended the connection instead of going on.
     *
     * @param left all that was not consumed
     * @return why there is no connection
     */
    ProxyException broken(ByteBuf left);
}
