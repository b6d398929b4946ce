// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.util.collection.IntObjectHashMap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.wire.TunnelProtocol;

/**
 * The streams of a connection, from their registration until no frame of theirs is expected or sent any more, and what may
 * still come for those that were forgotten.
 *
 * <p>On the connection's event loop.
 */
final class StreamTable {
    private final IntObjectHashMap<MuxStreamChannel> streams = new IntObjectHashMap<>();
    private int channels;
    private long forgottenCredit;
    private volatile int carried;

    @Nullable
    MuxStreamChannel get(int streamId) {
        return streams.get(streamId);
    }

    /** {@return how many there are, the control stream counted} */
    int size() {
        return streams.size();
    }

    /** {@return how many there are, the control stream not counted; on any thread} */
    int carried() {
        return carried;
    }

    void add(MuxStreamChannel stream) {
        streams.put(stream.streamId(), stream);
        channels++;
        count();
    }

    /** {@return whether the stream was there} */
    boolean remove(MuxStreamChannel stream) {
        boolean there = streams.remove(stream.streamId()) != null;
        count();
        return there;
    }

    /** The channel of a stream was closed: what it held is gone. */
    void channelClosed() {
        channels--;
    }

    /** {@return whether no stream holds anything any more, the forgotten ones that are read on included} */
    boolean holdsNothing() {
        return channels == 0;
    }

    /** {@return the streams of now, so that they may be removed meanwhile} */
    List<MuxStreamChannel> snapshot() {
        return new ArrayList<>(streams.values());
    }

    /** So many bytes may still come for a stream that is forgotten, or was refused. */
    void expectForgotten(long credit) {
        forgottenCredit += credit;
    }

    /** {@return whether so many bytes may come for streams that are forgotten} */
    boolean skipForgotten(long bytes) {
        forgottenCredit -= bytes;
        return forgottenCredit >= 0;
    }

    private void count() {
        carried = streams.size() - (streams.containsKey(TunnelProtocol.CONTROL_STREAM_ID) ? 1 : 0);
    }
}
