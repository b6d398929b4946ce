// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.door;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Lets everything through but the escape sequences (ECMA-48) by which some commands colour what they print. */
final class PlainOutput extends FilterOutputStream {
    private static final int ESCAPE = 0x1b;

    private enum Place {
        TEXT,
        AFTER_ESCAPE,
        IN_SEQUENCE
    }

    private Place place = Place.TEXT;

    PlainOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int end = offset + length;
        for (int i = offset; i < end; i++) {
            boolean wasText = place == Place.TEXT;
            place = next(bytes[i] & 0xff);
            if (wasText && place != Place.TEXT && i > from) {
                out.write(bytes, from, i - from);
            }
            if (!wasText || place != Place.TEXT) {
                from = i + 1;
            }
        }
        if (end > from) {
            out.write(bytes, from, end - from);
        }
    }

    private Place next(int b) {
        return switch (place) {
            case TEXT -> b == ESCAPE ? Place.AFTER_ESCAPE : Place.TEXT;
            case AFTER_ESCAPE -> b == '[' ? Place.IN_SEQUENCE : Place.TEXT;
            case IN_SEQUENCE -> b >= 0x40 && b <= 0x7e ? Place.TEXT : Place.IN_SEQUENCE;
        };
    }
}
