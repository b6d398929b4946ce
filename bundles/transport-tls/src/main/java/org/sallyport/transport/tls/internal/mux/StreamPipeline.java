// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelPipeline;
import org.sallyport.spi.StreamResetException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pipeline of a stream. A reset that nobody is there to hear is no fault of ours: a stream that was refused, or whose head
 * has not come, has no handlers, and the peer may break such streams as often as it likes. Netty would log each at WARN.
 */
final class StreamPipeline extends DefaultChannelPipeline {
    private static final Logger LOG = LoggerFactory.getLogger(StreamPipeline.class);

    StreamPipeline(Channel channel) {
        super(channel);
    }

    @Override
    protected void onUnhandledInboundException(Throwable cause) {
        if (cause instanceof StreamResetException) {
            LOG.debug("{}: {}", channel(), cause.getMessage());
        } else {
            super.onUnhandledInboundException(cause);
        }
    }
}
