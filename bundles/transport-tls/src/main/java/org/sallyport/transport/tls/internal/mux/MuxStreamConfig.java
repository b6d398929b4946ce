// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.WriteBufferWaterMark;
import java.util.Map;

/** Options of a stream's channel: half-closure is always allowed. */
final class MuxStreamConfig extends DefaultChannelConfig {
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(65_536, 131_072);

    private final MuxStreamChannel stream;

    MuxStreamConfig(MuxStreamChannel stream) {
        super(stream);
        this.stream = stream;
        setWriteBufferWaterMark(WATER_MARK);
    }

    @Override
    protected void autoReadCleared() {
        stream.autoReadCleared();
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), ChannelOption.ALLOW_HALF_CLOSURE);
    }

    @Override
    @SuppressWarnings("unchecked") // the option says what it holds
    public <T> T getOption(ChannelOption<T> option) {
        return ChannelOption.ALLOW_HALF_CLOSURE.equals(option) ? (T) (Object) true : super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        return ChannelOption.ALLOW_HALF_CLOSURE.equals(option) || super.setOption(option, value);
    }
}
