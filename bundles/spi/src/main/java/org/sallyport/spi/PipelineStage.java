// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import io.netty.channel.ChannelPipeline;
import org.osgi.annotation.versioning.ConsumerType;

/** A part of a pipeline, as a value. */
@FunctionalInterface
@ConsumerType
public interface PipelineStage {
    /**
     * Adds handlers at the end of a pipeline; called on the channel's event loop, once a connection.
     *
     * @param pipeline of the application's or the resource's socket
     * @param context of the connection
     */
    void addTo(ChannelPipeline pipeline, StreamContext context);

    /** {@return a stage that adds nothing: bytes pass as they are} */
    static PipelineStage none() {
        return None.INSTANCE;
    }

    /** {@return this stage, then another} */
    default PipelineStage andThen(PipelineStage next) {
        return (pipeline, context) -> {
            addTo(pipeline, context);
            next.addTo(pipeline, context);
        };
    }

    /** The empty stage; one instance, so that the data plane can see that there is nothing to run. */
    enum None implements PipelineStage {
        INSTANCE;

        @Override
        public void addTo(ChannelPipeline pipeline, StreamContext context) {
            // nothing to add
        }
    }
}
