// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.frame;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Writes down what it is told, with payload joined to one line per frame whatever the chunks were. */
final class RecordingListener implements FrameListener {

    final List<String> events = new ArrayList<>();
    private final StringBuilder payload = new StringBuilder();
    private boolean wanted = true;

    void wantData(boolean want) {
        wanted = want;
    }

    @Override
    public boolean onData(int streamId, int flags, long length) {
        events.add("data " + Integer.toUnsignedString(streamId) + " flags " + flags + " length " + length);
        return wanted;
    }

    @Override
    public void onPayload(ByteBuf bytes) {
        byte[] copy = new byte[bytes.readableBytes()];
        bytes.readBytes(copy);
        bytes.release();
        payload.append(HexFormat.of().formatHex(copy));
    }

    @Override
    public void onDataEnd(int streamId, int flags) {
        events.add("end " + Integer.toUnsignedString(streamId) + " flags " + flags + " payload " + payload);
        payload.setLength(0);
    }

    @Override
    public void onWindowUpdate(int streamId, int flags, long credit) {
        events.add("window " + Integer.toUnsignedString(streamId) + " flags " + flags + " credit " + credit);
    }

    @Override
    public void onPing(boolean answer, int opaque) {
        events.add((answer ? "pong " : "ping ") + opaque);
    }

    @Override
    public void onGoAway(GoAwayCode code) {
        events.add("away " + code);
    }

    @Override
    public void onStreamViolation(FrameViolation.OfStream violation) {
        events.add("violation " + Integer.toUnsignedString(violation.streamId()) + " " + violation.code());
    }
}
