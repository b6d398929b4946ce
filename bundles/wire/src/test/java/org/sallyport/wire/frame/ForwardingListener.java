// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.frame;

import io.netty.buffer.ByteBuf;

/** Passes everything on; a test overrides what it wants to see differently. */
class ForwardingListener implements FrameListener {

    private final FrameListener next;

    ForwardingListener(FrameListener next) {
        this.next = next;
    }

    @Override
    public boolean onData(int streamId, int flags, long length) throws FrameViolation {
        return next.onData(streamId, flags, length);
    }

    @Override
    public void onPayload(ByteBuf payload) {
        next.onPayload(payload);
    }

    @Override
    public void onDataEnd(int streamId, int flags) throws FrameViolation {
        next.onDataEnd(streamId, flags);
    }

    @Override
    public void onWindowUpdate(int streamId, int flags, long credit) throws FrameViolation {
        next.onWindowUpdate(streamId, flags, credit);
    }

    @Override
    public void onPing(boolean answer, int opaque) throws FrameViolation {
        next.onPing(answer, opaque);
    }

    @Override
    public void onGoAway(GoAwayCode code) throws FrameViolation {
        next.onGoAway(code);
    }

    @Override
    public void onStreamViolation(FrameViolation.OfStream violation) {
        next.onStreamViolation(violation);
    }
}
